use diesel::prelude::*;
use stead_domain::{MemberId, channel::MemberRole, thread::Thread};

use crate::{
    schema::members,
    types::{DbId, DbName, DbTime},
};

/// A user's or an agent's membership of a conversation.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub user_id: Option<DbId>,
    pub agent_id: Option<DbId>,
    pub role: DbName<MemberRole>,
    pub joined_at: DbTime,
    pub left_at: Option<DbTime>,
}

impl MemberRow {
    /// The one human member of a thread: its user.
    pub fn of_thread(thread: &Thread, id: MemberId) -> Self {
        Self {
            id: id.into(),
            organization_id: thread.organization_id.into(),
            conversation_id: thread.id.into(),
            user_id: Some(thread.user_id.into()),
            agent_id: None,
            role: DbName(MemberRole::Member),
            joined_at: thread.created_at.into(),
            left_at: None,
        }
    }
}
