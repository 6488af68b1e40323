use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    ports::store::Speaker,
    text::{DisplayName, Handle},
};

use super::prelude::Conn;
use crate::{
    error::{InvalidColumn, SqlError},
    prepared::Prepare,
    schema::{agents, users},
    types::DbId,
};

/// What is shown of those who say something.
pub(in super::super) struct Speakers {
    users: HashMap<DbId, Speaker>,
    agents: HashMap<DbId, Speaker>,
}

/// What is read of a user: id, handle, name, picture.
pub(super) type UserColumns = (DbId, String, String, Option<DbId>);

impl Speakers {
    pub(in super::super) async fn find(
        conn: &mut Conn,
        user_ids: BTreeSet<DbId>,
        agent_ids: BTreeSet<DbId>,
    ) -> Result<Self, SqlError> {
        let mut speakers = Self { users: HashMap::new(), agents: HashMap::new() };
        if !user_ids.is_empty() {
            let query = users::table.filter(users::id.eq_any(user_ids.into_iter().collect::<Vec<_>>())).select((
                users::id,
                users::handle,
                users::display_name,
                users::avatar_id,
            ));
            let rows: Vec<UserColumns> = query.prepared().load(conn).await?;
            for columns in rows {
                speakers.users.insert(columns.0, user(columns)?);
            }
        }
        if !agent_ids.is_empty() {
            let query = agents::table.filter(agents::id.eq_any(agent_ids.into_iter().collect::<Vec<_>>())).select((
                agents::id,
                agents::handle,
                agents::display_name,
                agents::avatar_url,
            ));
            let rows: Vec<(DbId, String, String, Option<String>)> = query.prepared().load(conn).await?;
            for (id, handle, display_name, avatar_url) in rows {
                let agent = Speaker::Agent {
                    id: id.into(),
                    handle: Handle::parse(&handle).map_err(InvalidColumn::of("agents.handle"))?,
                    display_name: DisplayName::parse(display_name).map_err(InvalidColumn::of("agents.display_name"))?,
                    avatar_url,
                };
                speakers.agents.insert(id, agent);
            }
        }
        Ok(speakers)
    }

    pub(in super::super) fn user(&self, id: DbId) -> Option<Speaker> {
        self.users.get(&id).cloned()
    }

    /// Whether a user is known to be deleted.
    pub(super) fn is_deleted(&self, id: DbId) -> bool {
        matches!(self.users.get(&id), Some(Speaker::User { handle: None, .. }))
    }

    pub(super) fn agent(&self, id: DbId) -> Option<Speaker> {
        self.agents.get(&id).cloned()
    }
}

/// A user as they are shown. Of one who was deleted handle and name are empty.
pub(super) fn user((id, handle, display_name, avatar): UserColumns) -> Result<Speaker, InvalidColumn> {
    let given = |text: String| if text.is_empty() { None } else { Some(text) };
    let handle = given(handle).map(|handle| Handle::parse(&handle)).transpose();
    Ok(Speaker::User {
        id: id.into(),
        handle: handle.map_err(InvalidColumn::of("users.handle"))?,
        display_name: given(display_name)
            .map(DisplayName::parse)
            .transpose()
            .map_err(InvalidColumn::of("users.display_name"))?,
        avatar: avatar.map(Into::into),
    })
}
