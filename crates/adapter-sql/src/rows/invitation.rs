use diesel::prelude::*;
use stead_domain::{invitation::Invitation, text::Email, user::OrganizationRole};

use crate::{
    error::InvalidColumn,
    schema::invitations,
    types::{DbId, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
pub struct InvitationRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub invited_by_user_id: DbId,
    pub email: Option<String>,
    pub role: DbName<OrganizationRole>,
    pub created_at: DbTime,
    pub expires_at: DbTime,
    pub used_at: Option<DbTime>,
    pub used_by_user_id: Option<DbId>,
    pub revoked_at: Option<DbTime>,
}

impl From<&Invitation> for InvitationRow {
    fn from(invitation: &Invitation) -> Self {
        let Invitation { id, organization_id, invited_by, email, role, created_at, expires_at, used, revoked_at } =
            invitation;
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            invited_by_user_id: (*invited_by).into(),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            role: DbName(*role),
            created_at: (*created_at).into(),
            expires_at: (*expires_at).into(),
            used_at: used.map(|(at, _)| DbTime(at)),
            used_by_user_id: used.map(|(_, by)| by.into()),
            revoked_at: revoked_at.map(DbTime),
        }
    }
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = InvalidColumn;

    fn try_from(row: InvitationRow) -> Result<Self, InvalidColumn> {
        let email = row.email.map(|email| Email::parse(&email)).transpose();
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            invited_by: row.invited_by_user_id.into(),
            email: email.map_err(InvalidColumn::of("invitations.email"))?,
            role: row.role.0,
            created_at: row.created_at.into(),
            expires_at: row.expires_at.into(),
            used: match (row.used_at, row.used_by_user_id) {
                (Some(at), Some(by)) => Some((at.into(), by.into())),
                (Some(_), None) => return Err(InvalidColumn::missing("invitations.used_by_user_id")),
                (None, _) => None,
            },
            revoked_at: row.revoked_at.map(Into::into),
        })
    }
}
