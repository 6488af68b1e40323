use diesel::prelude::*;
use stead_domain::{
    emoji::Emoji,
    status::{StatusMode, StatusText, UserStatus},
};

use crate::{
    error::InvalidColumn,
    schema::user_status,
    types::{DbId, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = user_status, treat_none_as_default_value = false, treat_none_as_null = true)]
#[diesel(primary_key(user_id))]
pub struct UserStatusRow {
    pub user_id: DbId,
    pub organization_id: DbId,
    pub mode: DbName<StatusMode>,
    pub text: Option<String>,
    pub emoji: Option<String>,
    pub expires_at: Option<DbTime>,
    pub ai_replies: bool,
    pub since: DbTime,
    pub version: i64,
    pub updated_at: DbTime,
}

impl From<&UserStatus> for UserStatusRow {
    fn from(status: &UserStatus) -> Self {
        let UserStatus {
            user_id,
            organization_id,
            mode,
            text,
            emoji,
            expires_at,
            ai_replies,
            since,
            version,
            updated_at,
        } = status;
        Self {
            user_id: (*user_id).into(),
            organization_id: (*organization_id).into(),
            mode: DbName(*mode),
            text: text.as_ref().map(|text| text.as_str().to_owned()),
            emoji: emoji.as_ref().map(|emoji| emoji.as_str().to_owned()),
            expires_at: expires_at.map(DbTime),
            ai_replies: *ai_replies,
            since: (*since).into(),
            version: *version,
            updated_at: (*updated_at).into(),
        }
    }
}

impl TryFrom<UserStatusRow> for UserStatus {
    type Error = InvalidColumn;

    fn try_from(row: UserStatusRow) -> Result<Self, InvalidColumn> {
        let text = row.text.map(StatusText::parse).transpose();
        let emoji = row.emoji.map(|emoji| Emoji::parse(&emoji)).transpose();
        Ok(Self {
            user_id: row.user_id.into(),
            organization_id: row.organization_id.into(),
            mode: row.mode.0,
            text: text.map_err(InvalidColumn::of("user_status.text"))?,
            emoji: emoji.map_err(InvalidColumn::of("user_status.emoji"))?,
            expires_at: row.expires_at.map(Into::into),
            ai_replies: row.ai_replies,
            since: row.since.into(),
            version: row.version,
            updated_at: row.updated_at.into(),
        })
    }
}
