use diesel::prelude::*;
use stead_domain::{
    organization::TokenBudget,
    text::{DisplayName, Email, Handle},
    user::{Bio, OrganizationRole, User, UserKind},
};

use crate::{
    error::InvalidColumn,
    schema::users,
    types::{DbId, DbName, DbTime},
};

/// A user without their password's hash, which is read and written on its own.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct UserRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub kind: DbName<UserKind>,
    pub role: DbName<OrganizationRole>,
    pub handle: String,
    pub email: Option<String>,
    pub display_name: String,
    pub bio: Option<String>,
    pub avatar_id: Option<DbId>,
    pub ai_budget: Option<i64>,
    pub deactivated_at: Option<DbTime>,
    pub version: i64,
    pub created_at: DbTime,
    pub updated_at: DbTime,
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        let User {
            id,
            organization_id,
            kind,
            role,
            handle,
            email,
            display_name,
            bio,
            avatar,
            ai_budget,
            deactivated_at,
            version,
            created_at,
            updated_at,
        } = user;
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            kind: DbName(*kind),
            role: DbName(*role),
            handle: handle.as_str().to_owned(),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            display_name: display_name.as_str().to_owned(),
            bio: bio.as_ref().map(|bio| bio.as_str().to_owned()),
            avatar_id: avatar.map(DbId::from),
            ai_budget: ai_budget.map(TokenBudget::get),
            deactivated_at: deactivated_at.map(DbTime),
            version: *version,
            created_at: (*created_at).into(),
            updated_at: (*updated_at).into(),
        }
    }
}

impl TryFrom<UserRow> for User {
    type Error = InvalidColumn;

    fn try_from(row: UserRow) -> Result<Self, InvalidColumn> {
        let email = row.email.map(|email| Email::parse(&email)).transpose();
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            kind: row.kind.0,
            role: row.role.0,
            handle: Handle::parse(&row.handle).map_err(InvalidColumn::of("users.handle"))?,
            email: email.map_err(InvalidColumn::of("users.email"))?,
            display_name: DisplayName::parse(row.display_name).map_err(InvalidColumn::of("users.display_name"))?,
            bio: row.bio.map(Bio::parse).transpose().map_err(InvalidColumn::of("users.bio"))?,
            avatar: row.avatar_id.map(Into::into),
            ai_budget: row
                .ai_budget
                .map(TokenBudget::parse)
                .transpose()
                .map_err(InvalidColumn::of("users.ai_budget"))?,
            deactivated_at: row.deactivated_at.map(Into::into),
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}
