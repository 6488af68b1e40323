//! Changes of what is said in channels, and of what hangs on it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, Json, MessageId, Timestamp,
    ports::store::{ChannelMessageChange, EditMessage, Outcome, React},
};

use super::{prelude::Conn, prelude::locked, updated};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{MentionRow, ReactionRow},
    schema::{
        channels, mentions, message_edits, message_files, message_sources, messages, pins, reactions, run_chunks,
        run_steps, tool_calls,
    },
    types::{DbId, DbJson, DbTime},
};

pub(super) async fn apply(conn: &mut Conn, change: &ChannelMessageChange) -> Result<Outcome, SqlError> {
    match change {
        ChannelMessageChange::Mention { organization, channel, message, mentions } => {
            mention(conn, MentionRow::of(*organization, *channel, *message, mentions).collect()).await
        }
        ChannelMessageChange::Edit(edit) => replace(conn, edit).await,
        ChannelMessageChange::Delete { channel, message, at } => empty(conn, *channel, *message, *at).await,
        ChannelMessageChange::React(reaction) => react(conn, reaction).await,
        ChannelMessageChange::Unreact { message, emoji, user } => {
            let same = reactions::table.find((DbId::from(*message), emoji.as_str(), DbId::from(*user)));
            Ok(updated(diesel::delete(same).execute(conn).await?))
        }
        ChannelMessageChange::Pin { organization, channel, message, by, at } => {
            let pin = (
                pins::conversation_id.eq(DbId::from(*channel)),
                pins::message_id.eq(DbId::from(*message)),
                pins::organization_id.eq(DbId::from(*organization)),
                pins::pinned_by_user_id.eq(DbId::from(*by)),
                pins::pinned_at.eq(DbTime(*at)),
            );
            let rows = diesel::insert_into(pins::table).values(pin).on_conflict_do_nothing().execute(conn).await?;
            Ok(inserted(rows))
        }
        ChannelMessageChange::Unpin { channel, message } => {
            let same = pins::table.find((DbId::from(*channel), DbId::from(*message)));
            Ok(updated(diesel::delete(same).execute(conn).await?))
        }
    }
}

fn inserted(rows: usize) -> Outcome {
    if rows > 0 { Outcome::Inserted } else { Outcome::Unchanged }
}

async fn mention(conn: &mut Conn, rows: Vec<MentionRow>) -> Result<Outcome, SqlError> {
    let mut written = 0;
    for row in rows {
        written += diesel::insert_into(mentions::table).values(row).execute(conn).await?;
    }
    Ok(inserted(written))
}

async fn react(conn: &mut Conn, reaction: &React) -> Result<Outcome, SqlError> {
    let row = ReactionRow::from(reaction);
    let rows = diesel::insert_into(reactions::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    Ok(inserted(rows))
}

async fn replace(conn: &mut Conn, edit: &EditMessage) -> Result<Outcome, SqlError> {
    let EditMessage { organization, channel, message, content, content_html, mentions: meant, by, at } = edit;
    let (id, at) = (DbId::from(*message), DbTime(*at));
    let query = messages::table
        .filter(messages::id.eq(id))
        .filter(messages::conversation_id.eq(DbId::from(*channel)))
        .filter(messages::deleted_at.is_null())
        .select((messages::version, messages::content));
    let Some((version, before)) = locked!(query).first::<(i64, String)>(conn).await.optional()? else {
        return Ok(Outcome::Unchanged);
    };
    let kept = (
        message_edits::message_id.eq(id),
        message_edits::version.eq(version),
        message_edits::organization_id.eq(DbId::from(*organization)),
        message_edits::conversation_id.eq(DbId::from(*channel)),
        message_edits::content.eq(before),
        message_edits::edited_by_user_id.eq(DbId::from(*by)),
        message_edits::edited_at.eq(at),
    );
    diesel::insert_into(message_edits::table).values(kept).execute(conn).await?;
    diesel::update(messages::table.filter(messages::id.eq(id)))
        .set((
            messages::content.eq(content),
            messages::content_html.eq(content_html),
            messages::version.eq(messages::version + 1),
            messages::edited_at.eq(at),
        ))
        .prepared()
        .execute(conn)
        .await?;
    diesel::delete(mentions::table.filter(mentions::message_id.eq(id))).execute(conn).await?;
    mention(conn, MentionRow::of(*organization, *channel, *message, meant).collect()).await?;
    Ok(Outcome::Updated)
}

/// The message first: what is added to it at the same time waits for that, or is seen below.
async fn empty(
    conn: &mut Conn,
    channel: ConversationId,
    message: MessageId,
    at: Timestamp,
) -> Result<Outcome, SqlError> {
    let id = DbId::from(message);
    let there = messages::table
        .filter(messages::id.eq(id))
        .filter(messages::conversation_id.eq(DbId::from(channel)))
        .filter(messages::deleted_at.is_null());
    let rows = diesel::update(there)
        .set((
            messages::content.eq(""),
            messages::content_html.eq(""),
            messages::metadata.eq(DbJson::from(&Json::empty())),
            messages::deleted_at.eq(DbTime(at)),
            messages::version.eq(messages::version + 1),
        ))
        .execute(conn)
        .await?;
    if rows == 0 {
        return Ok(Outcome::Unchanged);
    }
    diesel::delete(message_edits::table.filter(message_edits::message_id.eq(id))).execute(conn).await?;
    diesel::delete(mentions::table.filter(mentions::message_id.eq(id))).execute(conn).await?;
    diesel::delete(reactions::table.filter(reactions::message_id.eq(id))).execute(conn).await?;
    diesel::delete(message_files::table.filter(message_files::message_id.eq(id))).execute(conn).await?;
    diesel::delete(message_sources::table.filter(message_sources::message_id.eq(id))).execute(conn).await?;
    diesel::delete(tool_calls::table.filter(tool_calls::message_id.eq(id))).execute(conn).await?;
    let pinned = pins::table.find((DbId::from(channel), id));
    diesel::delete(pinned).execute(conn).await?;
    // What the run that wrote it keeps of its text.
    let query = messages::table.filter(messages::id.eq(id)).select(messages::run_id);
    if let Some(run) = query.first::<Option<DbId>>(conn).await.optional()?.flatten() {
        diesel::delete(run_chunks::table.filter(run_chunks::run_id.eq(run))).execute(conn).await?;
        diesel::delete(run_steps::table.filter(run_steps::run_id.eq(run))).execute(conn).await?;
    }
    Ok(Outcome::Updated)
}

/// Whether fewer messages than `max` are pinned. It stays so until the end: the channel's own row is locked, which nobody
/// who sends waits for.
pub(super) async fn pin_room(conn: &mut Conn, channel: ConversationId, max: i64) -> Result<bool, SqlError> {
    let id = DbId::from(channel);
    let query = channels::table.filter(channels::id.eq(id)).select(channels::id);
    if locked!(query).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(false);
    }
    let pinned: i64 = pins::table.filter(pins::conversation_id.eq(id)).count().get_result(conn).await?;
    Ok(pinned < max)
}
