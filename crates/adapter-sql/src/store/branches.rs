//! A message and those before it.

use diesel::{
    dsl::sql,
    expression::{AsExpression, SqlLiteral, UncheckedBind},
    sql_types::{BigInt, Bool},
};
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, MessageId,
    ports::store::{BranchFilter, ThreadMessage},
};

use super::{
    messages::with_details,
    prelude::{Conn, join_in_order, kept_since},
};
use crate::{
    error::SqlError,
    rows::MessageRow,
    types::{DbId, SqlUuid},
};

/// From the tip by the primary key, one message after the other. What is not kept is older than what is: the branch ends
/// there.
const BRANCH: &str = concat!(
    "WITH RECURSIVE branch (id, before_id, place) AS \
        (SELECT m.id, m.branch_parent_id, 1 FROM messages m WHERE m.id = $1 AND m.conversation_id = $2 \
         UNION ALL \
         SELECT m.id, m.branch_parent_id, b.place + 1 FROM branch b ",
    join_in_order!(),
    " messages m ON m.id = b.before_id WHERE m.conversation_id = $2 AND b.place < $3) \
     SELECT m.* FROM branch b ",
    join_in_order!(),
    " messages m ON m.id = b.id \
     WHERE m.organization_id = $4 \
        AND m.created_at >= (SELECT ",
    kept_since!(),
    " FROM organizations o WHERE o.id = $4) \
        AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = $2 AND c.deleted_at IS NULL) \
     ORDER BY b.place"
);

pub(super) async fn list(conn: &mut Conn, filter: BranchFilter) -> Result<Vec<ThreadMessage>, SqlError> {
    let BranchFilter { organization, conversation, tip, limit } = filter;
    let query = diesel::sql_query(BRANCH)
        .bind::<SqlUuid, _>(DbId::from(tip))
        .bind::<SqlUuid, _>(DbId::from(conversation))
        .bind::<BigInt, _>(i64::from(limit))
        .bind::<SqlUuid, _>(DbId::from(organization));
    let rows: Vec<MessageRow> = query.load(conn).await?;
    with_details(conn, rows).await
}

/// Whether a message of the conversation is this one, or before it on its branch.
pub(super) type LeadsTo =
    SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool>, Bound>>, Bound>>;
type Bound = <DbId as AsExpression<SqlUuid>>::Expression;

pub(super) fn leads_to(conversation: ConversationId, message: MessageId) -> LeadsTo {
    sql::<Bool>(
        "messages.id IN (WITH RECURSIVE branch (id, before_id) AS \
            (SELECT m.id, m.branch_parent_id FROM messages m WHERE m.id = ",
    )
    .bind::<SqlUuid, _>(DbId::from(message))
    .sql(concat!(
        " UNION ALL SELECT m.id, m.branch_parent_id FROM branch b ",
        join_in_order!(),
        " messages m ON m.id = b.before_id WHERE m.conversation_id = "
    ))
    .bind::<SqlUuid, _>(DbId::from(conversation))
    .sql(") SELECT id FROM branch)")
}
