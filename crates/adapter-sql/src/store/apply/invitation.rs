//! Changes of invitations.

use diesel::{dsl::auto_type, prelude::*};
use diesel_async::RunQueryDsl;
use stead_domain::{
    InvitationId,
    ports::store::{InvitationChange, Outcome},
};

use super::{prelude::Conn, updated};
use crate::{
    error::SqlError,
    rows::InvitationRow,
    schema::invitations,
    types::{DbId, DbTime},
};

pub(super) async fn apply(conn: &mut Conn, change: &InvitationChange) -> Result<Outcome, SqlError> {
    match change {
        InvitationChange::Insert(invitation) => {
            let row = InvitationRow::from(invitation);
            diesel::insert_into(invitations::table).values(row).execute(conn).await?;
            Ok(Outcome::Inserted)
        }
        InvitationChange::Use { invitation, by, at } => {
            let used = (invitations::used_at.eq(DbTime(*at)), invitations::used_by_user_id.eq(DbId::from(*by)));
            Ok(updated(diesel::update(untaken(*invitation)).set(used).execute(conn).await?))
        }
        InvitationChange::Revoke { invitation, at } => {
            let revoked = invitations::revoked_at.eq(DbTime(*at));
            Ok(updated(diesel::update(untaken(*invitation)).set(revoked).execute(conn).await?))
        }
    }
}

/// The invitation, if nobody has taken or withdrawn it.
#[auto_type(no_type_alias)]
fn untaken(invitation: InvitationId) -> _ {
    let id: DbId = invitation.into();
    invitations::table
        .filter(invitations::id.eq(id))
        .filter(invitations::used_at.is_null())
        .filter(invitations::revoked_at.is_null())
}
