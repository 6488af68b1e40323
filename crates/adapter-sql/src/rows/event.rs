use diesel::prelude::*;
use stead_domain::event::{Audience, EventCursor, EventKind, LoggedEvent, NewEvent};

use crate::{
    error::InvalidColumn,
    names::AudienceName,
    schema::events,
    types::{DbId, DbName, DbTime, DbTransactionId},
};

/// An event to append: the epoch is read, and the place given, in the statement that appends it.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct NewEventRow {
    pub organization_id: DbId,
    pub conversation_id: Option<DbId>,
    pub audience: DbName<AudienceName>,
    pub audience_user_id: Option<DbId>,
    pub kind: DbName<EventKind>,
    pub subject_id: DbId,
    pub subject_version: i64,
    pub at: DbTime,
}

#[derive(Debug, Clone, QueryableByName)]
#[diesel(table_name = events)]
pub struct EventRow {
    pub epoch: i64,
    pub transaction_id: DbTransactionId,
    pub position: i64,
    pub organization_id: DbId,
    pub conversation_id: Option<DbId>,
    pub audience: DbName<AudienceName>,
    pub audience_user_id: Option<DbId>,
    pub kind: DbName<EventKind>,
    pub subject_id: DbId,
    pub subject_version: i64,
    pub at: DbTime,
}

impl From<&NewEvent> for NewEventRow {
    fn from(event: &NewEvent) -> Self {
        let NewEvent { organization_id, conversation_id, audience, kind, subject_id, subject_version, at } = event;
        let (audience, user) = match *audience {
            Audience::Members => (AudienceName::Members, None),
            Audience::Organization => (AudienceName::Organization, None),
            Audience::User(user) => (AudienceName::User, Some(user)),
        };
        Self {
            organization_id: (*organization_id).into(),
            conversation_id: conversation_id.map(Into::into),
            audience: DbName(audience),
            audience_user_id: user.map(Into::into),
            kind: DbName(*kind),
            subject_id: DbId(*subject_id),
            subject_version: *subject_version,
            at: (*at).into(),
        }
    }
}

impl TryFrom<EventRow> for LoggedEvent {
    type Error = InvalidColumn;

    fn try_from(row: EventRow) -> Result<Self, InvalidColumn> {
        let audience = match row.audience.0 {
            AudienceName::Members => Audience::Members,
            AudienceName::Organization => Audience::Organization,
            AudienceName::User => {
                let user = row.audience_user_id.ok_or_else(|| InvalidColumn::missing("events.audience_user_id"))?;
                Audience::User(user.into())
            }
        };
        Ok(Self {
            cursor: EventCursor { epoch: row.epoch, transaction: row.transaction_id.0, row: row.position },
            event: NewEvent {
                organization_id: row.organization_id.into(),
                conversation_id: row.conversation_id.map(Into::into),
                audience,
                kind: row.kind.0,
                subject_id: row.subject_id.0,
                subject_version: row.subject_version,
                at: row.at.into(),
            },
        })
    }
}
