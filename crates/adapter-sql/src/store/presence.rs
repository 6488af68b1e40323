//! Who is connected, and what people have set of themselves.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use serde_json::json;
use stead_domain::{
    OrganizationId, Timestamp, UserId,
    ports::{
        PresenceSource,
        presence::{ConnectionStatus, Presence, PresenceError},
        store::{PresenceQueries, StoreError, TouchPresence, TouchedUser},
    },
    status::{StatusMode, UserStatus},
};

use super::prelude::{self, Conn, SqlStore, TOUCH_PRESENCE};
use crate::{
    error::{InvalidColumn, SqlError},
    rows::UserStatusRow,
    schema::{connections, user_status},
    types::{DbId, DbJson, DbName, DbTime, SqlJson, SqlTime, SqlUuid},
};

#[async_trait]
impl PresenceSource for SqlStore {
    async fn presence(&self, organization: OrganizationId, users: &[UserId]) -> Result<Vec<Presence>, PresenceError> {
        let users: Arc<[DbId]> = users.iter().map(|user| DbId::from(*user)).collect();
        let told = self.read(move |conn| presence(conn, organization, users).boxed()).await;
        told.map_err(|error| PresenceError(Box::new(error)))
    }
}

#[async_trait]
impl PresenceQueries for SqlStore {
    async fn list_statuses(
        &self,
        organization: OrganizationId,
        users: &[UserId],
    ) -> Result<Vec<UserStatus>, StoreError> {
        let users: Vec<DbId> = users.iter().map(|user| DbId::from(*user)).collect();
        self.read(move |conn| list_statuses(conn, organization, users).boxed()).await
    }

    async fn touch_presence(&self, touched: TouchPresence) -> Result<Vec<UserId>, StoreError> {
        let touched = Arc::new(touched);
        self.write(move |conn| touch(conn, Arc::clone(&touched)).boxed()).await
    }

    async fn settle_presence(&self, limit: u32) -> Result<Vec<(OrganizationId, UserId)>, StoreError> {
        // Mostly there is nothing: that is seen without a write.
        if !self.read(|conn| anything_is_due(conn).boxed()).await? {
            return Ok(Vec::new());
        }
        self.write(move |conn| settle(conn, limit).boxed()).await
    }
}

/// One connection of somebody: when they were active, until when that counts, and until when they count as connected.
type Times = (DbId, DbTime, DbTime, DbTime);

async fn presence(
    conn: &mut Conn,
    organization: OrganizationId,
    asked: Arc<[DbId]>,
) -> Result<Vec<Presence>, SqlError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let query = connections::table
        .filter(connections::user_id.eq_any(asked.to_vec()))
        .filter(connections::organization_id.eq(DbId::from(organization)))
        .select((connections::user_id, connections::active_at, connections::active_until, connections::expires_at));
    let found: Vec<Times> = query.load(conn).await?;
    let now = prelude::now(conn).await?;
    let mut by_user = HashMap::new();
    for (user, active_at, active_until, expires_at) in found {
        let status = match (expires_at > now, active_until > now) {
            (false, _) => ConnectionStatus::Offline,
            (true, true) => ConnectionStatus::Online,
            (true, false) => ConnectionStatus::Away,
        };
        let known = by_user.entry(user).or_insert(Presence::UNKNOWN);
        known.last_seen_at = known.last_seen_at.max(Some(active_at.into()));
        known.status = known.status.max(status);
    }
    Ok(asked.iter().map(|user| by_user.get(user).copied().unwrap_or(Presence::UNKNOWN)).collect())
}

async fn list_statuses(
    conn: &mut Conn,
    organization: OrganizationId,
    users: Vec<DbId>,
) -> Result<Vec<UserStatus>, SqlError> {
    let query = user_status::table
        .filter(user_status::user_id.eq_any(users))
        .filter(user_status::organization_id.eq(DbId::from(organization)))
        .select(UserStatusRow::as_select());
    let rows: Vec<UserStatusRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(UserStatus::try_from).collect::<Result<_, InvalidColumn>>()?)
}

async fn touch(conn: &mut Conn, touched: Arc<TouchPresence>) -> Result<Vec<UserId>, SqlError> {
    let TouchPresence { node, active_for, users } = &*touched;
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let now = prelude::now(conn).await?;
    let arriving: Vec<&TouchedUser> =
        users.iter().filter(|user| user.is_arriving && user.idle < *active_for && !user.lives_for.is_zero()).collect();
    let mut silent = who_is_online(conn, &arriving, now).await?;
    silent.extend(who_is_invisible(conn, arriving.iter().map(|user| DbId::from(user.user_id)).collect(), now).await?);
    let rows = users.iter().map(|user| {
        let active_at = Timestamp::from(now).minus(user.idle);
        let active_until = active_at.plus(*active_for);
        let expires_at = Timestamp::from(now).plus(user.lives_for);
        // When what others see changes if nothing more is heard.
        let due_at = if active_until > now.into() { active_until.min(expires_at) } else { expires_at };
        json!({
            "u": user.user_id.uuid().simple().to_string(),
            "o": user.organization_id.uuid().simple().to_string(),
            "a": active_at.unix_micros(),
            "l": active_until.unix_micros(),
            "e": expires_at.unix_micros(),
            "d": due_at.unix_micros(),
        })
    });
    diesel::sql_query(TOUCH_PRESENCE)
        .bind::<SqlUuid, _>(DbId(node.0))
        .bind::<SqlJson, _>(DbJson(rows.collect()))
        .bind::<SqlTime, _>(now)
        .execute(conn)
        .await?;
    Ok(arriving.into_iter().map(|user| user.user_id).filter(|user| !silent.contains(&DbId::from(*user))).collect())
}

async fn who_is_online(conn: &mut Conn, users: &[&TouchedUser], now: DbTime) -> Result<HashSet<DbId>, SqlError> {
    if users.is_empty() {
        return Ok(HashSet::new());
    }
    let users: Vec<DbId> = users.iter().map(|user| DbId::from(user.user_id)).collect();
    let query = connections::table
        .filter(connections::user_id.eq_any(users))
        .filter(connections::expires_at.gt(now))
        .filter(connections::active_until.gt(now))
        .select(connections::user_id);
    let found: Vec<DbId> = query.load(conn).await?;
    Ok(found.into_iter().collect())
}

async fn who_is_invisible(conn: &mut Conn, users: Vec<DbId>, now: DbTime) -> Result<HashSet<DbId>, SqlError> {
    if users.is_empty() {
        return Ok(HashSet::new());
    }
    let query = user_status::table
        .filter(user_status::user_id.eq_any(users))
        .filter(user_status::mode.eq(DbName(StatusMode::Invisible)))
        .filter(user_status::expires_at.is_null().or(user_status::expires_at.gt(now)))
        .select(user_status::user_id);
    let found: Vec<DbId> = query.load(conn).await?;
    Ok(found.into_iter().collect())
}

async fn anything_is_due(conn: &mut Conn) -> Result<bool, SqlError> {
    let now = prelude::now(conn).await?;
    let connection = exists(connections::table.filter(connections::due_at.le(now)));
    let status = exists(user_status::table.filter(user_status::expires_at.le(now)));
    Ok(diesel::select(connection.or(status)).get_result(conn).await?)
}

/// What is due is looked at again where somebody else was faster.
const LAPSED: &str = "UPDATE connections SET due_at = CASE WHEN expires_at > $1 THEN expires_at END \
    WHERE due_at <= $1 AND (user_id, node_id) IN \
    (SELECT user_id, node_id FROM connections WHERE due_at <= $1 ORDER BY due_at LIMIT $2) \
    RETURNING organization_id, user_id";

const EXPIRED: &str = "UPDATE user_status SET mode = 'auto', text = NULL, emoji = NULL, since = expires_at, \
    expires_at = NULL, version = version + 1, updated_at = $1 \
    WHERE expires_at <= $1 AND user_id IN \
    (SELECT user_id FROM user_status WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) \
    RETURNING organization_id, user_id";

#[derive(QueryableByName)]
struct Who {
    #[diesel(sql_type = SqlUuid)]
    organization_id: DbId,
    #[diesel(sql_type = SqlUuid)]
    user_id: DbId,
}

async fn settle(conn: &mut Conn, limit: u32) -> Result<Vec<(OrganizationId, UserId)>, SqlError> {
    let now = prelude::now(conn).await?;
    let mut told: HashSet<(DbId, DbId)> = HashSet::new();
    for statement in [LAPSED, EXPIRED] {
        let query = diesel::sql_query(statement).bind::<SqlTime, _>(now).bind::<BigInt, _>(i64::from(limit));
        let rows: Vec<Who> = query.load(conn).await?;
        told.extend(rows.into_iter().map(|row| (row.organization_id, row.user_id)));
    }
    let silent = who_is_invisible(conn, told.iter().map(|(_, user)| *user).collect(), now).await?;
    let told = told.into_iter().filter(|(_, user)| !silent.contains(user));
    Ok(told.map(|(organization, user)| (organization.into(), user.into())).collect())
}
