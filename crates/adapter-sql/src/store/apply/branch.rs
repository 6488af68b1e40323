//! Which branch of a conversation is the active one.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, MessageId,
    branch::{Branch, Link},
    ports::store::Outcome,
};

use super::prelude::Conn;
use crate::{error::SqlError, schema::messages, types::DbId};

/// So many rows are changed with one statement.
const AT_ONCE: usize = 500;

/// Makes a branch the active one. Only the rows that change are written.
pub(super) async fn activate(
    conn: &mut Conn,
    conversation: ConversationId,
    branch: Branch,
) -> Result<Outcome, SqlError> {
    let query = messages::table.filter(messages::conversation_id.eq(DbId::from(conversation))).select((
        messages::id,
        messages::branch_parent_id,
        messages::active,
    ));
    let rows: Vec<(DbId, Option<DbId>, bool)> = query.load(conn).await?;
    let links: Vec<Link> = rows.iter().map(|(id, before, _)| ((*id).into(), before.map(Into::into))).collect();
    let Some(on_it) = branch.messages(&links) else { return Ok(Outcome::Unchanged) };
    let mut outcome = Outcome::Unchanged;
    for active in [false, true] {
        let change: Vec<DbId> = rows
            .iter()
            .filter(|(id, _, is_active)| *is_active != active && on(&on_it, *id) == active)
            .map(|(id, _, _)| *id)
            .collect();
        for some in change.chunks(AT_ONCE) {
            diesel::update(messages::table.filter(messages::id.eq_any(some.to_vec())))
                .set((messages::active.eq(active), messages::version.eq(messages::version + 1)))
                .execute(conn)
                .await?;
            outcome = Outcome::Updated;
        }
    }
    Ok(outcome)
}

fn on(branch: &HashSet<MessageId>, id: DbId) -> bool {
    branch.contains(&id.into())
}
