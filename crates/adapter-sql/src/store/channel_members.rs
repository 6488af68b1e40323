//! Who is in channels.

use std::collections::{HashMap, HashSet};

use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, UserId,
    agent::Agent,
    channel::ChannelKind,
    membership::Membership,
    page::{Page, Slice},
    ports::store::{ChannelMember, MemberEntity},
    user::{User, UserKind},
};
use uuid::Uuid;

use super::prelude::{Conn, Db};
use crate::{
    error::SqlError,
    names::{AgentKindName, ConversationKind},
    paging::load_page,
    rows::{AgentRow, ConversationRow, MemberRow, UserRow},
    schema::{agents, channels, conversations, members, users},
    types::{DbId, DbName},
};

/// Memberships that count now.
fn current() -> members::BoxedQuery<'static, Db> {
    let user = users::table
        .filter(members::user_id.eq(users::id.nullable()))
        .filter(users::deactivated_at.is_null())
        .filter(users::deleted_at.is_null());
    let agent = agents::table.filter(members::agent_id.eq(agents::id.nullable())).filter(agents::deleted_at.is_null());
    members::table.filter(members::left_at.is_null()).filter(exists(user).or(exists(agent))).into_boxed::<Db>()
}

pub(super) async fn list(
    conn: &mut Conn,
    organization: DbId,
    channel: DbId,
    page: Page,
) -> Result<Slice<ChannelMember>, SqlError> {
    let of_channel =
        || current().filter(members::conversation_id.eq(channel)).filter(members::organization_id.eq(organization));
    let Slice { items, has_older, has_newer } =
        load_page!(conn, page, members::id, MemberRow, of_channel().select(MemberRow::as_select()));
    Ok(Slice { items: with_entities(conn, items).await?, has_older, has_newer })
}

pub(super) async fn find(conn: &mut Conn, named: Vec<(ConversationId, Uuid)>) -> Result<Vec<ChannelMember>, SqlError> {
    let channels: Vec<DbId> = named.iter().map(|(channel, _)| DbId::from(*channel)).collect();
    let ids: Vec<DbId> = named.iter().map(|(_, id)| DbId(*id)).collect();
    let query = current()
        .filter(members::conversation_id.eq_any(channels))
        .filter(members::user_id.eq_any(ids.clone()).or(members::agent_id.eq_any(ids)).assume_not_null())
        .select(MemberRow::as_select());
    let mut rows: Vec<MemberRow> = query.load(conn).await?;
    let named: HashSet<(DbId, DbId)> = named.into_iter().map(|(channel, id)| (channel.into(), DbId(id))).collect();
    let is_named = |row: &MemberRow, id: Option<DbId>| id.is_some_and(|id| named.contains(&(row.conversation_id, id)));
    rows.retain(|row| is_named(row, row.user_id) || is_named(row, row.agent_id));
    with_entities(conn, rows).await
}

pub(super) async fn users_of(conn: &mut Conn, channel: DbId) -> Result<Vec<Membership>, SqlError> {
    let query = current()
        .filter(members::conversation_id.eq(channel))
        .filter(members::user_id.is_not_null())
        .order(members::id)
        .select(MemberRow::as_select());
    let rows: Vec<MemberRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(Membership::try_from).collect::<Result<_, _>>()?)
}

pub(super) async fn of_user(
    conn: &mut Conn,
    organization: DbId,
    user: DbId,
) -> Result<Vec<(Membership, ChannelKind)>, SqlError> {
    let query = members::table
        .inner_join(conversations::table)
        .inner_join(channels::table.on(channels::id.eq(conversations::id)))
        .filter(members::user_id.eq(user))
        .filter(members::left_at.is_null())
        .filter(channels::organization_id.eq(organization))
        .filter(conversations::deleted_at.is_null())
        .order(members::conversation_id)
        .select((MemberRow::as_select(), ConversationRow::as_select()));
    let rows: Vec<(MemberRow, ConversationRow)> = query.load(conn).await?;
    let both = |(member, channel): (MemberRow, ConversationRow)| Ok((member.try_into()?, channel.channel_kind()?));
    rows.into_iter().map(both).collect()
}

pub(super) async fn shared(
    conn: &mut Conn,
    organization: DbId,
    one: DbId,
    other: DbId,
) -> Result<Vec<ConversationId>, SqlError> {
    let theirs: HashSet<DbId> = ids_of(conn, organization, other).await?.into_iter().collect();
    let mine = ids_of(conn, organization, one).await?;
    Ok(mine.into_iter().filter(|id| theirs.contains(id)).map(Into::into).collect())
}

async fn ids_of(conn: &mut Conn, organization: DbId, user: DbId) -> Result<Vec<DbId>, SqlError> {
    let query = members::table
        .inner_join(conversations::table)
        .inner_join(channels::table.on(channels::id.eq(conversations::id)))
        .filter(members::user_id.eq(user))
        .filter(members::left_at.is_null())
        .filter(channels::organization_id.eq(organization))
        .filter(conversations::deleted_at.is_null())
        .order(members::conversation_id)
        .select(members::conversation_id);
    Ok(query.load(conn).await?)
}

/// People without a channel with their own agent, each with their oldest agent.
pub(super) async fn without_assistant(
    conn: &mut Conn,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<(User, Option<Agent>)>, SqlError> {
    let after = after.map_or(DbId(Uuid::nil()), DbId::from);
    let own = members::table
        .inner_join(conversations::table)
        .filter(members::user_id.eq(users::id.nullable()))
        .filter(members::left_at.is_null())
        .filter(conversations::kind.eq(DbName(ConversationKind::Channel(ChannelKind::Assistant))))
        .filter(conversations::deleted_at.is_null());
    let query = users::table
        .filter(users::id.gt(after))
        .filter(users::kind.eq(DbName(UserKind::Person)))
        .filter(users::deleted_at.is_null())
        .filter(not(exists(own)))
        .order(users::id)
        .limit(i64::from(limit))
        .select(UserRow::as_select());
    let rows: Vec<UserRow> = query.load(conn).await?;
    let owners: Vec<DbId> = rows.iter().map(|row| row.id).collect();
    let query = agents::table
        .filter(agents::owner_user_id.eq_any(owners))
        .filter(agents::kind.eq(DbName(AgentKindName::Personal)))
        .filter(agents::deleted_at.is_null())
        .order(agents::id.desc())
        .select(AgentRow::as_select());
    let own: Vec<AgentRow> = query.load(conn).await?;
    // The oldest comes last and stays.
    let mut own: HashMap<Option<DbId>, AgentRow> = own.into_iter().map(|row| (row.owner_user_id, row)).collect();
    let both = |row: UserRow| {
        let agent = own.remove(&Some(row.id)).map(Agent::try_from).transpose()?;
        Ok((row.try_into()?, agent))
    };
    rows.into_iter().map(both).collect()
}

/// Adds who they are, with one statement each for people and agents.
async fn with_entities(conn: &mut Conn, rows: Vec<MemberRow>) -> Result<Vec<ChannelMember>, SqlError> {
    let ids: Vec<DbId> = rows.iter().filter_map(|row| row.user_id).collect();
    let mut people: HashMap<DbId, UserRow> = HashMap::new();
    if !ids.is_empty() {
        let query = users::table.filter(users::id.eq_any(ids)).select(UserRow::as_select());
        people = query.load(conn).await?.into_iter().map(|row: UserRow| (row.id, row)).collect();
    }
    let ids: Vec<DbId> = rows.iter().filter_map(|row| row.agent_id).collect();
    let mut bots: HashMap<DbId, AgentRow> = HashMap::new();
    if !ids.is_empty() {
        let query = agents::table.filter(agents::id.eq_any(ids)).select(AgentRow::as_select());
        bots = query.load(conn).await?.into_iter().map(|row: AgentRow| (row.id, row)).collect();
    }
    let mut members = Vec::with_capacity(rows.len());
    for row in rows {
        let user = row.user_id.and_then(|id| people.get(&id).cloned());
        let agent = row.agent_id.and_then(|id| bots.get(&id).cloned());
        let who = match (user, agent) {
            (Some(user), _) if user.handle.is_empty() => continue,
            (Some(user), _) => MemberEntity::User(Box::new(user.try_into()?)),
            (None, Some(agent)) => MemberEntity::Agent(Box::new(agent.try_into()?)),
            // Gone since.
            (None, None) => continue,
        };
        members.push(ChannelMember { membership: row.try_into()?, who });
    }
    Ok(members)
}
