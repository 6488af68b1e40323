use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, OrganizationId, UserId,
    ports::store::{ChannelMessage, MOST_PINS, Pin},
};

use super::{super::retention::keeps_messages, details::with_details, prelude::Conn};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::MessageRow,
    schema::{conversations, messages, pins},
    types::{DbId, DbTime},
};

pub(super) async fn list(
    conn: &mut Conn,
    organization: OrganizationId,
    channel: ConversationId,
    reader: UserId,
) -> Result<Vec<Pin>, SqlError> {
    let query = pins::table
        .inner_join(messages::table.on(messages::id.eq(pins::message_id)).inner_join(conversations::table))
        .filter(pins::conversation_id.eq(DbId::from(channel)))
        .filter(pins::organization_id.eq(DbId::from(organization)))
        .filter(messages::deleted_at.is_null())
        .filter(conversations::deleted_at.is_null())
        .filter(keeps_messages(organization))
        .order((pins::pinned_at, pins::message_id))
        .limit(MOST_PINS)
        .select((pins::message_id, pins::pinned_by_user_id, pins::pinned_at, MessageRow::as_select()));
    let rows: Vec<(DbId, DbId, DbTime, MessageRow)> = query.prepared().load(conn).await?;
    let places: Vec<_> = rows.iter().map(|(message, by, at, _)| (*message, *by, *at)).collect();
    let rows = rows.into_iter().map(|(.., row)| row).collect();
    let mut found: HashMap<DbId, ChannelMessage> = with_details(conn, rows, Some(reader.into()))
        .await?
        .into_iter()
        .map(|said| (DbId::from(said.message.id), said))
        .collect();
    let pin = |(message, by, at): (DbId, DbId, DbTime)| {
        Some(Pin { message: found.remove(&message)?, pinned_by: by.into(), pinned_at: at.into() })
    };
    Ok(places.into_iter().filter_map(pin).collect())
}
