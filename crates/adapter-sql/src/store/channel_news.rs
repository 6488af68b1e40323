//! What is new in one's channels, and up to where it was read.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, OrganizationId, Timestamp, UserId,
    channel::{MemberRole, NotificationLevel},
    ports::store::{MyChannel, ReadMarker},
};
use uuid::Uuid;

use super::{
    channel_views,
    prelude::{Conn, news},
};
use crate::{
    error::SqlError,
    news::NewsRow,
    rows::{ChannelRow, ConversationRow},
    schema::{channels, conversations, members, notification_levels, read_markers},
    types::{DbId, DbName, DbTime},
};

/// Since when somebody is a member, and what they may do.
type Joined = (DbTime, DbName<MemberRole>);

pub(super) async fn channels_of(
    conn: &mut Conn,
    organization: OrganizationId,
    user: UserId,
) -> Result<Vec<MyChannel>, SqlError> {
    let user = DbId::from(user);
    let query = members::table
        .inner_join(conversations::table)
        .inner_join(channels::table.on(channels::id.eq(conversations::id)))
        .filter(members::user_id.eq(user))
        .filter(members::left_at.is_null())
        .filter(channels::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .order(members::conversation_id)
        .select(((members::joined_at, members::role), ChannelRow::as_select(), ConversationRow::as_select()));
    let rows: Vec<(Joined, ChannelRow, ConversationRow)> = query.load(conn).await?;
    let query = read_markers::table
        .filter(read_markers::user_id.eq(user))
        .select((read_markers::conversation_id, read_markers::message_id));
    let markers: HashMap<DbId, DbId> = query.load(conn).await?.into_iter().collect();
    let query = notification_levels::table
        .filter(notification_levels::user_id.eq(user))
        .select((notification_levels::conversation_id, notification_levels::level));
    let levels: HashMap<DbId, DbName<NotificationLevel>> = query.load(conn).await?.into_iter().collect();

    let place = |((joined, _), row, _): &(Joined, ChannelRow, ConversationRow)| {
        let joined = smallest_id_at(joined.0);
        (row.id, markers.get(&row.id).map_or(joined, |marker| joined.max(*marker)))
    };
    let places: Vec<(DbId, DbId)> = rows.iter().map(place).collect();
    let mut told: HashMap<DbId, NewsRow> = HashMap::new();
    if !places.is_empty() {
        let rows = news(conn, &places, user, organization.into()).await?;
        told = rows.into_iter().map(|row: NewsRow| (row.id, row)).collect();
    }
    let roles = rows.iter().map(|((_, role), row, _)| (row.id, role.0)).collect();
    let rows = rows.into_iter().map(|(_, row, common)| (row, common)).collect();
    let views = channel_views::seen_as(conn, rows, Some(user), &roles).await?;
    let mine = views.into_iter().map(|view| {
        let id = DbId::from(view.channel.id);
        let news = told.remove(&id);
        MyChannel {
            unread_count: news.as_ref().map_or(0, |news| news.unread),
            mention_count: news.as_ref().map_or(0, |news| news.mentioned),
            last_message_at: news.and_then(|news| news.newest).map(Timestamp::from),
            last_read_message_id: markers.get(&id).map(|marker| (*marker).into()),
            notifications: levels.get(&id).map_or_else(NotificationLevel::default, |level| level.0),
            view,
        }
    });
    Ok(mine.collect())
}

/// What is minted then or later is larger.
fn smallest_id_at(at: Timestamp) -> DbId {
    let millis = u64::try_from(at.unix_micros() / 1_000).unwrap_or(0);
    DbId(Uuid::from_u128(u128::from(millis) << 80))
}

pub(super) async fn read_markers(
    conn: &mut Conn,
    named: Vec<(ConversationId, UserId)>,
) -> Result<Vec<ReadMarker>, SqlError> {
    let conversations: Vec<DbId> = named.iter().map(|(conversation, _)| DbId::from(*conversation)).collect();
    let users: Vec<DbId> = named.iter().map(|(_, user)| DbId::from(*user)).collect();
    let query = read_markers::table
        .filter(read_markers::conversation_id.eq_any(conversations))
        .filter(read_markers::user_id.eq_any(users))
        .select((
            read_markers::conversation_id,
            read_markers::user_id,
            read_markers::message_id,
            read_markers::updated_at,
        ));
    let rows: Vec<(DbId, DbId, DbId, DbTime)> = query.load(conn).await?;
    let named: HashSet<(ConversationId, UserId)> = named.into_iter().collect();
    let marker = |(conversation, user, message, at): (DbId, DbId, DbId, DbTime)| ReadMarker {
        conversation_id: conversation.into(),
        user_id: user.into(),
        message_id: message.into(),
        updated_at: at.into(),
    };
    let markers = rows.into_iter().map(marker);
    Ok(markers.filter(|marker| named.contains(&(marker.conversation_id, marker.user_id))).collect())
}
