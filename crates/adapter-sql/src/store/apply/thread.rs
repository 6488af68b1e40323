//! Changes of threads.

use std::sync::OnceLock;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, MemberId, Timestamp,
    message::MessageStatus,
    ports::store::{Outcome, ThreadChange},
    run::RunStatus,
    thread::Thread,
};

use super::{
    super::runs::LIVE,
    insert::inserted,
    prelude::{Conn, locked},
    purge::purge,
    updated,
};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{ConversationRow, MemberRow, ThreadRow},
    schema::{conversations, members, messages, runs, threads},
    types::{DbId, DbName, DbTime},
};

static TOUCH: OnceLock<String> = OnceLock::new();

pub(super) async fn apply(conn: &mut Conn, change: &ThreadChange) -> Result<Outcome, SqlError> {
    match change {
        ThreadChange::Insert(thread, member) => insert(conn, thread, *member).await,
        ThreadChange::Update(thread) => update(conn, thread).await,
        ThreadChange::Touch { conversation, at } => touch(conn, *conversation, *at).await,
        ThreadChange::Delete { conversation, at } => delete(conn, *conversation, *at).await,
        ThreadChange::Purge { conversation, at_most } => purge(conn, (*conversation).into(), *at_most).await,
    }
}

async fn insert(conn: &mut Conn, thread: &Thread, member: MemberId) -> Result<Outcome, SqlError> {
    let row = ConversationRow::from(thread);
    let id = row.id;
    let result = diesel::insert_into(conversations::table).values(row).execute(conn).await;
    let outcome = inserted(conn, result, "conversations", id).await?;
    diesel::insert_into(threads::table).values(ThreadRow::from(thread)).execute(conn).await?;
    let row = MemberRow::of_thread(thread, member);
    let id = row.id;
    let result = diesel::insert_into(members::table).values(row).execute(conn).await;
    inserted(conn, result, "members", id).await?;
    Ok(outcome)
}

async fn update(conn: &mut Conn, thread: &Thread) -> Result<Outcome, SqlError> {
    let common = ConversationRow::from(thread);
    let rows = diesel::update(conversations::table.find(common.id))
        .set((conversations::version.eq(common.version), conversations::updated_at.eq(common.updated_at)))
        .execute(conn)
        .await?;
    let own = ThreadRow::from(thread);
    diesel::update(threads::table.find(own.id))
        .set((
            threads::title.eq(own.title),
            threads::title_source.eq(own.title_source),
            threads::metadata.eq(own.metadata),
            threads::archived.eq(own.archived),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

async fn touch(conn: &mut Conn, conversation: ConversationId, at: Timestamp) -> Result<Outcome, SqlError> {
    let earlier = threads::table
        .filter(threads::id.eq(DbId::from(conversation)))
        .filter(threads::last_activity_at.lt(DbTime(at)));
    let query = diesel::update(earlier).set(threads::last_activity_at.eq(DbTime(at)));
    let rows = query.unchanging(&TOUCH).execute(conn).await?;
    Ok(updated(rows))
}

pub(super) async fn delete(conn: &mut Conn, conversation: ConversationId, at: Timestamp) -> Result<Outcome, SqlError> {
    let (id, at) = (DbId::from(conversation), DbTime(at));
    let there = conversations::table
        .filter(conversations::id.eq(id))
        .filter(conversations::deleted_at.is_null())
        .select(conversations::version);
    let Some(version) = locked!(there).first::<i64>(conn).await.optional()? else { return Ok(Outcome::Unchanged) };
    diesel::update(conversations::table.find(id))
        .set((
            conversations::deleted_at.eq(at),
            conversations::unique_key.eq(None::<String>),
            conversations::version.eq(version + 1),
            conversations::updated_at.eq(at),
        ))
        .execute(conn)
        .await?;
    cancel_runs(conn, id, at).await?;
    Ok(Outcome::Updated)
}

async fn cancel_runs(conn: &mut Conn, conversation: DbId, at: DbTime) -> Result<(), SqlError> {
    let live = runs::table.filter(runs::conversation_id.eq(conversation)).filter(runs::status.eq_any(LIVE));
    let cancelled = diesel::update(live)
        .set((
            runs::status.eq(DbName(RunStatus::Cancelled)),
            runs::fence.eq(runs::fence + 1),
            runs::lease_owner.eq(None::<DbId>),
            runs::lease_until.eq(None::<DbTime>),
            runs::ended_at.eq(at),
        ))
        .returning(runs::answer_message_id);
    let answers: Vec<Option<DbId>> = cancelled.load(conn).await?;
    let unfinished = messages::table
        .filter(messages::id.eq_any(answers.into_iter().flatten().collect::<Vec<_>>()))
        .filter(messages::status.eq_any([DbName(MessageStatus::Queued), DbName(MessageStatus::Streaming)]));
    diesel::update(unfinished)
        .set((messages::status.eq(DbName(MessageStatus::Cancelled)), messages::version.eq(messages::version + 1)))
        .execute(conn)
        .await?;
    Ok(())
}
