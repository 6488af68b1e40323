//! Changes of messages.

use std::sync::OnceLock;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    message::MessageStatus,
    ports::store::{FinishMessage, MessageChange, Outcome},
};

use super::{branch, feedback, insert::inserted, prelude::Conn, purge_messages, sources, updated};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::MessageRow,
    schema::messages,
    types::{DbId, DbJson, DbName, DbTime},
};

static INSERT: OnceLock<String> = OnceLock::new();

pub(super) async fn apply(conn: &mut Conn, change: &MessageChange) -> Result<Outcome, SqlError> {
    match change {
        MessageChange::Insert(message) => {
            let row = MessageRow::from(message);
            let id = row.id;
            let result = diesel::insert_into(messages::table).values(row).unchanging(&INSERT).execute(conn).await;
            inserted(conn, result, "messages", id).await
        }
        MessageChange::Finish(finish) => fill_in(conn, finish).await,
        MessageChange::Requeue(message) => requeue(conn, (*message).into()).await,
        MessageChange::Activate { conversation, branch } => branch::activate(conn, *conversation, *branch).await,
        MessageChange::SetSources(set) => sources::set(conn, set).await,
        MessageChange::SetFeedback(set) => feedback::set(conn, set).await,
        MessageChange::PurgeBefore { conversation, before, at_most } => {
            purge_messages::purge(conn, (*conversation).into(), DbTime(*before), *at_most).await
        }
    }
}

async fn fill_in(conn: &mut Conn, finish: &FinishMessage) -> Result<Outcome, SqlError> {
    let FinishMessage { message, content, content_html, metadata, status } = finish;
    let unfinished = messages::table
        .filter(messages::id.eq(DbId::from(*message)))
        .filter(messages::status.eq_any([DbName(MessageStatus::Queued), DbName(MessageStatus::Streaming)]));
    let rows = diesel::update(unfinished)
        .set((
            messages::content.eq(content),
            messages::content_html.eq(content_html),
            messages::metadata.eq(DbJson::from(metadata)),
            messages::status.eq(DbName(*status)),
            messages::version.eq(messages::version + 1),
        ))
        .prepared()
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

async fn requeue(conn: &mut Conn, message: DbId) -> Result<Outcome, SqlError> {
    let failed =
        messages::table.filter(messages::id.eq(message)).filter(messages::status.eq(DbName(MessageStatus::Failed)));
    let rows = diesel::update(failed)
        .set((
            messages::content.eq(""),
            messages::content_html.eq(""),
            messages::status.eq(DbName(MessageStatus::Queued)),
            messages::version.eq(messages::version + 1),
        ))
        .prepared()
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

/// The answer of a run that starts is being written.
pub(super) async fn start_streaming(conn: &mut Conn, answer: DbId) -> Result<(), SqlError> {
    let queued =
        messages::table.filter(messages::id.eq(answer)).filter(messages::status.eq(DbName(MessageStatus::Queued)));
    diesel::update(queued)
        .set((messages::status.eq(DbName(MessageStatus::Streaming)), messages::version.eq(messages::version + 1)))
        .prepared()
        .execute(conn)
        .await?;
    Ok(())
}
