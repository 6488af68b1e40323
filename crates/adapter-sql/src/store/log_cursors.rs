//! How far those are who follow the event log.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    FileId, Invalid, MessageId, OrganizationId, Timestamp,
    event::EventCursor,
    ports::store::{
        FOLLOWING, FileRef, FollowedLog, LogCursors, LogFollower, LogStep, MessageRef, StoreError, Walk, WalkPlace,
        WalkThrough,
    },
    run::{Lease, LeaseOwner},
};
use uuid::Uuid;

use super::prelude::{self, Conn, SqlStore, locked};
use crate::{
    error::{InvalidColumn, SqlError},
    schema::{files, log_cursors, log_walks, message_files, messages, thread_files},
    types::{DbId, DbTime, DbTransactionId},
};

/// The organization of walks through everything.
const ALL: DbId = DbId(Uuid::nil());

/// The stages of a walk.
const MESSAGES: &str = "messages";
const FILES: &str = "files";
const INDEX: &str = "index";

#[async_trait]
impl LogCursors for SqlStore {
    async fn claim_log(&self, follower: LogFollower, owner: LeaseOwner) -> Result<Option<FollowedLog>, StoreError> {
        self.write(move |conn| claim(conn, follower, owner).boxed()).await
    }

    async fn keep_log_place(&self, follower: LogFollower, lease: Lease, step: LogStep) -> Result<bool, StoreError> {
        self.write(move |conn| keep(conn, follower, lease.clone(), step.clone()).boxed()).await
    }

    async fn ask_for_walk(
        &self,
        follower: LogFollower,
        organization: Option<OrganizationId>,
        forced: bool,
    ) -> Result<(), StoreError> {
        self.write(move |conn| ask_for_walk(conn, follower, organization, forced).boxed()).await
    }

    async fn is_walking(&self, follower: LogFollower) -> Result<bool, StoreError> {
        self.read(move |conn| is_walking(conn, follower).boxed()).await
    }

    async fn walk_messages(
        &self,
        through: WalkThrough,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<MessageRef>, StoreError> {
        self.read(move |conn| walk_messages(conn, through, after, limit).boxed()).await
    }

    async fn walk_files(
        &self,
        through: WalkThrough,
        after: Option<FileId>,
        limit: u32,
    ) -> Result<Vec<FileRef>, StoreError> {
        self.read(move |conn| walk_files(conn, through, after, limit).boxed()).await
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = log_cursors)]
struct CursorRow {
    epoch: Option<i64>,
    transaction_id: Option<DbTransactionId>,
    position: Option<i64>,
    walked_at: Option<DbTime>,
    lease_owner: Option<DbId>,
    lease_until: Option<DbTime>,
    fence: i64,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = log_walks, treat_none_as_default_value = false)]
struct WalkRow {
    follower: String,
    organization_id: DbId,
    forced: bool,
    stage: String,
    after: Option<String>,
}

impl WalkRow {
    fn new(follower: LogFollower, walk: &Walk) -> Self {
        let (stage, after) = match &walk.at {
            WalkPlace::Messages(after) => (MESSAGES, after.map(|id| id.to_string())),
            WalkPlace::Files(after) => (FILES, after.map(|id| id.to_string())),
            WalkPlace::Index(after) => (INDEX, after.clone()),
        };
        Self {
            follower: follower.as_str().to_owned(),
            organization_id: walk.organization.map_or(ALL, DbId::from),
            forced: walk.forced,
            stage: stage.to_owned(),
            after,
        }
    }
}

impl TryFrom<WalkRow> for Walk {
    type Error = InvalidColumn;

    fn try_from(row: WalkRow) -> Result<Self, InvalidColumn> {
        let id = |after: Option<String>| {
            let id = after.map(|id| id.parse::<Uuid>().map_err(|error| Invalid::new(error.to_string())));
            id.transpose().map_err(InvalidColumn::of("log_walks.after"))
        };
        let at = match row.stage.as_str() {
            MESSAGES => WalkPlace::Messages(id(row.after)?.map(MessageId::new)),
            FILES => WalkPlace::Files(id(row.after)?.map(FileId::new)),
            INDEX => WalkPlace::Index(row.after),
            _ => return Err(InvalidColumn::of("log_walks.stage")(Invalid::new("is not known"))),
        };
        let organization = (row.organization_id != ALL).then(|| row.organization_id.into());
        Ok(Self { organization, forced: row.forced, at })
    }
}

async fn claim(conn: &mut Conn, follower: LogFollower, owner: LeaseOwner) -> Result<Option<FollowedLog>, SqlError> {
    let now = prelude::now(conn).await?;
    let row = match find(conn, follower).await? {
        Some(row) => row,
        None => {
            diesel::insert_into(log_cursors::table)
                .values((log_cursors::follower.eq(follower.as_str()), log_cursors::fence.eq(0)))
                .on_conflict_do_nothing()
                .execute(conn)
                .await?;
            find(conn, follower).await?.ok_or(SqlError::Overtaken)?
        }
    };
    let is_ours = row.lease_owner == Some(DbId(owner.0));
    let is_free = row.lease_until.is_none_or(|until| until <= now);
    if !is_ours && !is_free {
        return Ok(None);
    }
    let fence = if is_ours { row.fence } else { row.fence + 1 };
    diesel::update(log_cursors::table.find(follower.as_str()))
        .set((
            log_cursors::lease_owner.eq(DbId(owner.0)),
            log_cursors::lease_until.eq(DbTime(Timestamp::from(now).plus(FOLLOWING))),
            log_cursors::fence.eq(fence),
        ))
        .execute(conn)
        .await?;
    let walk = log_walks::table
        .filter(log_walks::follower.eq(follower.as_str()))
        .order(log_walks::organization_id)
        .select(WalkRow::as_select());
    let walk: Option<WalkRow> = walk.first(conn).await.optional()?;
    let place = row.epoch.zip(row.transaction_id).zip(row.position);
    Ok(Some(FollowedLog {
        lease: Lease { owner, fence },
        place: place.map(|((epoch, transaction), row)| EventCursor { epoch, transaction: transaction.0, row }),
        walk: walk.map(Walk::try_from).transpose()?,
        walked: row.walked_at.map(|at| Timestamp::from(now).since(at.into())),
    }))
}

async fn find(conn: &mut Conn, follower: LogFollower) -> QueryResult<Option<CursorRow>> {
    let query = log_cursors::table.find(follower.as_str()).select(CursorRow::as_select());
    locked!(query).first(conn).await.optional()
}

async fn keep(conn: &mut Conn, follower: LogFollower, lease: Lease, step: LogStep) -> Result<bool, SqlError> {
    let now = prelude::now(conn).await?;
    let Some(row) = find(conn, follower).await? else { return Ok(false) };
    if row.lease_owner != Some(DbId(lease.owner.0)) || row.fence != lease.fence {
        return Ok(false);
    }
    let until = DbTime(Timestamp::from(now).plus(FOLLOWING));
    let held = || log_cursors::table.find(follower.as_str());
    diesel::update(held()).set(log_cursors::lease_until.eq(until)).execute(conn).await?;
    if let LogStep::At(cursor) | LogStep::Afresh(cursor) = step {
        diesel::update(held())
            .set((
                log_cursors::epoch.eq(cursor.epoch),
                log_cursors::transaction_id.eq(DbTransactionId(cursor.transaction)),
                log_cursors::position.eq(cursor.row),
            ))
            .execute(conn)
            .await?;
    }
    match step {
        LogStep::At(_) => {}
        LogStep::Afresh(_) => ask_for_walk(conn, follower, None, false).await?,
        LogStep::Walked { from, to } => {
            if walk_on(conn, follower, &from, to).await? {
                diesel::update(held()).set(log_cursors::walked_at.eq(now)).execute(conn).await?;
            }
        }
    }
    Ok(true)
}

/// Notes how far a walk is, unless it is somewhere else meanwhile. Answers whether this was the end of one through everything.
async fn walk_on(conn: &mut Conn, follower: LogFollower, from: &Walk, to: Option<WalkPlace>) -> Result<bool, SqlError> {
    let before = WalkRow::new(follower, from);
    let row = log_walks::table.find((follower.as_str(), before.organization_id)).select(WalkRow::as_select());
    let row: Option<WalkRow> = locked!(row).first(conn).await.optional()?;
    let is_there =
        row.is_some_and(|row| (row.forced, &row.stage, &row.after) == (before.forced, &before.stage, &before.after));
    if !is_there {
        return Ok(false);
    }
    let walk = log_walks::table.find((follower.as_str(), before.organization_id));
    let Some(at) = to else {
        diesel::delete(walk).execute(conn).await?;
        return Ok(from.organization.is_none());
    };
    let after = WalkRow::new(follower, &Walk { at, ..from.clone() });
    diesel::update(walk)
        .set((log_walks::stage.eq(after.stage), log_walks::after.eq(after.after)))
        .execute(conn)
        .await?;
    Ok(false)
}

async fn ask_for_walk(
    conn: &mut Conn,
    follower: LogFollower,
    organization: Option<OrganizationId>,
    forced: bool,
) -> Result<(), SqlError> {
    let row = WalkRow::new(follower, &Walk { organization, forced, at: WalkPlace::Messages(None) });
    let begun = diesel::insert_into(log_walks::table).values(&row).on_conflict_do_nothing().execute(conn).await?;
    if begun > 0 {
        return Ok(());
    }
    let under_way = log_walks::table.find((follower.as_str(), row.organization_id));
    diesel::update(under_way)
        .set((log_walks::stage.eq(MESSAGES), log_walks::after.eq(None::<String>)))
        .execute(conn)
        .await?;
    if forced {
        diesel::update(under_way).set(log_walks::forced.eq(true)).execute(conn).await?;
    }
    Ok(())
}

async fn is_walking(conn: &mut Conn, follower: LogFollower) -> Result<bool, SqlError> {
    let begun = log_cursors::table
        .find(follower.as_str())
        .filter(log_cursors::epoch.is_not_null())
        .select(log_cursors::follower);
    if begun.first::<String>(conn).await.optional()?.is_none() {
        return Ok(true);
    }
    let walks = log_walks::table.filter(log_walks::follower.eq(follower.as_str())).select(log_walks::follower);
    Ok(walks.first::<String>(conn).await.optional()?.is_some())
}

async fn walk_messages(
    conn: &mut Conn,
    through: WalkThrough,
    after: Option<MessageId>,
    limit: u32,
) -> Result<Vec<MessageRef>, SqlError> {
    let query = messages::table
        .filter(messages::id.gt(after.map_or(DbId(Uuid::nil()), DbId::from)))
        .filter(messages::deleted_at.is_null())
        .order(messages::id)
        .limit(i64::from(limit))
        .select((messages::organization_id, messages::conversation_id, messages::id));
    let found: Vec<(DbId, DbId, DbId)> = match through {
        WalkThrough::All => query.load(conn).await?,
        WalkThrough::Organization(id) => query.filter(messages::organization_id.eq(DbId::from(id))).load(conn).await?,
        WalkThrough::Conversation(id) => query.filter(messages::conversation_id.eq(DbId::from(id))).load(conn).await?,
    };
    let named = |(organization, conversation, message): (DbId, DbId, DbId)| MessageRef {
        organization: organization.into(),
        conversation: conversation.into(),
        message: message.into(),
    };
    Ok(found.into_iter().map(named).collect())
}

async fn walk_files(
    conn: &mut Conn,
    through: WalkThrough,
    after: Option<FileId>,
    limit: u32,
) -> Result<Vec<FileRef>, SqlError> {
    let query = files::table
        .filter(files::id.gt(after.map_or(DbId(Uuid::nil()), DbId::from)))
        .order(files::id)
        .limit(i64::from(limit))
        .select((files::organization_id, files::id));
    let found: Vec<(DbId, DbId)> = match through {
        WalkThrough::All => query.load(conn).await?,
        WalkThrough::Organization(id) => query.filter(files::organization_id.eq(DbId::from(id))).load(conn).await?,
        WalkThrough::Conversation(id) => {
            let of_messages = message_files::table
                .filter(message_files::conversation_id.eq(DbId::from(id)))
                .select(message_files::file_id);
            let of_thread = thread_files::table
                .filter(thread_files::conversation_id.eq(DbId::from(id)))
                .select(thread_files::file_id);
            query.filter(files::id.eq_any(of_messages).or(files::id.eq_any(of_thread))).load(conn).await?
        }
    };
    let named = |(organization, file): (DbId, DbId)| FileRef { organization: organization.into(), file: file.into() };
    Ok(found.into_iter().map(named).collect())
}

/// Lets every right to follow of the owner lapse.
pub(super) async fn release(conn: &mut Conn, owner: LeaseOwner) -> Result<(), SqlError> {
    let now = prelude::now(conn).await?;
    let held = log_cursors::table.filter(log_cursors::lease_owner.eq(DbId(owner.0)));
    diesel::update(held).set(log_cursors::lease_until.eq(now)).execute(conn).await?;
    Ok(())
}
