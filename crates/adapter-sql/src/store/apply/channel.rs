//! Changes of channels and of who is in them.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use stead_domain::{
    OrganizationId, Timestamp,
    channel::{Channel, ConversationKey, MemberRole, NotificationLevel},
    membership::{Membership, Participant},
    ports::store::{ChannelChange, Outcome, ReadMarker},
};

use super::{insert::inserted, prelude::Conn, thread, updated};
use crate::{
    error::SqlError,
    rows::{ChannelRow, ConversationRow, MemberRow},
    schema::{agents, channels, conversations, members, notification_levels, read_markers},
    types::{DbId, DbName, DbTime},
};

pub(super) async fn apply(conn: &mut Conn, change: &ChannelChange) -> Result<Outcome, SqlError> {
    match change {
        ChannelChange::Insert(channel, key, first) => insert(conn, channel, key.as_ref(), first).await,
        ChannelChange::Update(channel) => update(conn, channel).await,
        ChannelChange::Delete { channel, at } => thread::delete(conn, *channel, *at).await,
        ChannelChange::PutMember(membership) => put(conn, membership).await,
        ChannelChange::SetRole { channel, user, role } => {
            set_role(conn, (*channel).into(), (*user).into(), *role).await
        }
        ChannelChange::RemoveMember { channel, participant, at } => {
            remove(conn, (*channel).into(), *participant, *at).await
        }
        ChannelChange::MoveReadMarker { organization, marker } => read(conn, *organization, marker).await,
        ChannelChange::SetNotifications { organization, channel, user, level } => {
            notify(conn, (*organization).into(), (*channel).into(), (*user).into(), *level).await
        }
    }
}

async fn insert(
    conn: &mut Conn,
    channel: &Channel,
    key: Option<&ConversationKey>,
    first: &[Membership],
) -> Result<Outcome, SqlError> {
    let row = ConversationRow::of_channel(channel, key);
    let id = row.id;
    let result = diesel::insert_into(conversations::table).values(row).execute(conn).await;
    let outcome = inserted(conn, result, "conversations", id).await?;
    diesel::insert_into(channels::table).values(ChannelRow::from(channel)).execute(conn).await?;
    for membership in first {
        let row = MemberRow::from(membership);
        let id = row.id;
        let result = diesel::insert_into(members::table).values(row).execute(conn).await;
        inserted(conn, result, "members", id).await?;
    }
    Ok(outcome)
}

async fn update(conn: &mut Conn, channel: &Channel) -> Result<Outcome, SqlError> {
    let key = channel.name.clone().map(ConversationKey::Name);
    let common = ConversationRow::of_channel(channel, key.as_ref());
    let same = conversations::table.find(common.id);
    let rows = diesel::update(same)
        .set((
            conversations::kind.eq(common.kind),
            conversations::version.eq(common.version),
            conversations::updated_at.eq(common.updated_at),
        ))
        .execute(conn)
        .await?;
    if let Some(key) = common.unique_key {
        diesel::update(same).set(conversations::unique_key.eq(key)).execute(conn).await?;
    }
    let own = ChannelRow::from(channel);
    diesel::update(channels::table.find(own.id))
        .set((
            channels::name.eq(own.name),
            channels::topic.eq(own.topic),
            channels::agent_id.eq(own.agent_id),
            channels::agent_personality.eq(own.agent_personality),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

async fn put(conn: &mut Conn, membership: &Membership) -> Result<Outcome, SqlError> {
    let row = MemberRow::from(membership);
    let left = of(row.conversation_id, membership.participant).filter(members::left_at.is_not_null());
    let ids: Vec<DbId> = left.select(members::id).load(conn).await?;
    let back = diesel::update(members::table.filter(members::id.eq_any(ids))).set((
        members::left_at.eq(None::<DbTime>),
        members::joined_at.eq(row.joined_at),
        members::role.eq(row.role),
    ));
    if back.execute(conn).await? > 0 {
        return Ok(Outcome::Updated);
    }
    let rows = diesel::insert_into(members::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    Ok(if rows > 0 { Outcome::Inserted } else { Outcome::Unchanged })
}

async fn set_role(conn: &mut Conn, channel: DbId, user: DbId, role: MemberRole) -> Result<Outcome, SqlError> {
    let other = members::table
        .filter(members::conversation_id.eq(channel))
        .filter(members::user_id.eq(user))
        .filter(members::left_at.is_null())
        .filter(members::role.ne(DbName(role)));
    Ok(updated(diesel::update(other).set(members::role.eq(DbName(role))).execute(conn).await?))
}

async fn remove(conn: &mut Conn, channel: DbId, participant: Participant, at: Timestamp) -> Result<Outcome, SqlError> {
    let there = of(channel, participant).filter(members::left_at.is_null());
    let ids: Vec<DbId> = there.select(members::id).load(conn).await?;
    let ended = diesel::update(members::table.filter(members::id.eq_any(ids)).filter(members::left_at.is_null()));
    Ok(updated(ended.set(members::left_at.eq(DbTime(at))).execute(conn).await?))
}

fn of(channel: DbId, participant: Participant) -> members::BoxedQuery<'static, super::prelude::Db> {
    let of_channel = members::table.filter(members::conversation_id.eq(channel));
    match participant {
        Participant::User(user) => of_channel.filter(members::user_id.eq(DbId::from(user))).into_boxed(),
        Participant::Agent(agent) => of_channel.filter(members::agent_id.eq(DbId::from(agent))).into_boxed(),
    }
}

async fn read(conn: &mut Conn, organization: OrganizationId, marker: &ReadMarker) -> Result<Outcome, SqlError> {
    let (channel, user) = (DbId::from(marker.conversation_id), DbId::from(marker.user_id));
    let (message, at) = (DbId::from(marker.message_id), DbTime(marker.updated_at));
    let first = diesel::insert_into(read_markers::table)
        .values((
            read_markers::conversation_id.eq(channel),
            read_markers::user_id.eq(user),
            read_markers::organization_id.eq(DbId::from(organization)),
            read_markers::message_id.eq(message),
            read_markers::updated_at.eq(at),
        ))
        .on_conflict_do_nothing();
    if first.execute(conn).await? > 0 {
        return Ok(Outcome::Inserted);
    }
    let earlier = read_markers::table.find((channel, user)).filter(read_markers::message_id.lt(message));
    let moved = diesel::update(earlier).set((read_markers::message_id.eq(message), read_markers::updated_at.eq(at)));
    Ok(updated(moved.execute(conn).await?))
}

async fn notify(
    conn: &mut Conn,
    organization: DbId,
    channel: DbId,
    user: DbId,
    level: NotificationLevel,
) -> Result<Outcome, SqlError> {
    let rows = diesel::insert_into(notification_levels::table)
        .values((
            notification_levels::conversation_id.eq(channel),
            notification_levels::user_id.eq(user),
            notification_levels::organization_id.eq(organization),
            notification_levels::level.eq(DbName(level)),
        ))
        .on_conflict((notification_levels::conversation_id, notification_levels::user_id))
        .do_update()
        .set(notification_levels::level.eq(excluded(notification_levels::level)))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

/// Ends what a user is in: for good, since they are gone. Where nobody is left to look after a channel, who has been there
/// longest does.
pub(super) async fn user_leaves_all(conn: &mut Conn, user: DbId, at: DbTime) -> Result<(), SqlError> {
    let there = members::table.filter(members::user_id.eq(user)).filter(members::left_at.is_null());
    diesel::update(there).set(members::left_at.eq(at)).execute(conn).await?;
    diesel::sql_query(SUCCEED).bind::<crate::types::SqlUuid, _>(user).execute(conn).await?;
    Ok(())
}

/// Ends what an agent, or every agent of a user, is in.
pub(super) async fn agents_leave_all(conn: &mut Conn, ids: Vec<DbId>, at: DbTime) -> Result<(), SqlError> {
    let there = members::table.filter(members::agent_id.eq_any(ids)).filter(members::left_at.is_null());
    diesel::update(there).set(members::left_at.eq(at)).execute(conn).await?;
    Ok(())
}

/// The agents of a user.
pub(super) async fn agents_of(conn: &mut Conn, user: DbId) -> Result<Vec<DbId>, SqlError> {
    Ok(agents::table.filter(agents::owner_user_id.eq(user)).select(agents::id).load(conn).await?)
}

/// `$1` is who was an admin. (Of a direct channel or one's own there are none.)
const SUCCEED: &str = "UPDATE members SET role = 'admin' WHERE id IN (SELECT \
        (SELECT m.id FROM members m JOIN users u ON u.id = m.user_id \
         WHERE m.conversation_id = gone.conversation_id AND m.left_at IS NULL \
            AND u.deactivated_at IS NULL AND u.deleted_at IS NULL ORDER BY m.joined_at, m.id LIMIT 1) \
    FROM members gone WHERE gone.user_id = $1 AND gone.role = 'admin' AND NOT EXISTS \
        (SELECT 1 FROM members a JOIN users u ON u.id = a.user_id \
         WHERE a.conversation_id = gone.conversation_id AND a.left_at IS NULL AND a.role = 'admin' \
            AND u.deactivated_at IS NULL AND u.deleted_at IS NULL))";
