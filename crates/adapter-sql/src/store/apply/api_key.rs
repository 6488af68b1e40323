//! Changes of API keys.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    api_key::USE_NOTED_EVERY,
    ports::store::{ApiKeyChange, Outcome},
};

use super::{prelude::Conn, updated};
use crate::{
    error::SqlError,
    rows::ApiKeyRow,
    schema::api_keys,
    types::{DbId, DbTime},
};

pub(super) async fn apply(conn: &mut Conn, change: &ApiKeyChange) -> Result<Outcome, SqlError> {
    match change {
        ApiKeyChange::Insert(key) => {
            let row = ApiKeyRow::from(key);
            diesel::insert_into(api_keys::table).values(row).execute(conn).await?;
            Ok(Outcome::Inserted)
        }
        ApiKeyChange::Touch { key, at } => {
            let noted_long_ago = api_keys::last_used_at.le(DbTime(at.minus(USE_NOTED_EVERY)));
            let key =
                api_keys::table.find(DbId::from(*key)).filter(api_keys::last_used_at.is_null().or(noted_long_ago));
            let rows = diesel::update(key).set(api_keys::last_used_at.eq(DbTime(*at))).execute(conn).await?;
            Ok(updated(rows))
        }
        ApiKeyChange::Revoke { key, at } => {
            let live = api_keys::table.find(DbId::from(*key)).filter(api_keys::revoked_at.is_null());
            let rows = diesel::update(live).set(api_keys::revoked_at.eq(DbTime(*at))).execute(conn).await?;
            Ok(updated(rows))
        }
    }
}
