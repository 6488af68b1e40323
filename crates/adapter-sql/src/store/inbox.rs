//! The conversations of a person as an inbox.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_trait::async_trait;
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    AgentId, OrganizationId, Timestamp, UserId,
    agent::Agent,
    channel::ConversationKey,
    page::{Page, Position, Slice},
    ports::store::{BEGINNING, InboxConversation, InboxFilter, InboxKind, InboxQueries, StoreError, UserSearch},
    thread::Thread,
};
use uuid::Uuid;

use super::{
    channel_messages::speakers::Speakers,
    directory::holding,
    prelude::{Conn, SqlStore, kept_since, news},
};
use crate::{
    error::SqlError,
    news::NewsRow,
    paging::{self, Newer, Older},
    prepared::Prepare,
    rows::{AgentRow, ConversationRow, ThreadRow, thread},
    schema::{agents, conversations, messages, read_markers, threads, users},
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

#[async_trait]
impl InboxQueries for SqlStore {
    async fn list_inbox(&self, filter: InboxFilter) -> Result<Slice<InboxConversation>, StoreError> {
        self.read(move |conn| list(conn, filter).boxed()).await
    }

    async fn find_inbox_thread(
        &self,
        organization: OrganizationId,
        user: UserId,
        agent: AgentId,
    ) -> Result<Option<Thread>, StoreError> {
        self.read(move |conn| find_thread(conn, organization, user, agent).boxed()).await
    }

    async fn list_overseen(
        &self,
        organization: OrganizationId,
        owner: UserId,
        page: Page,
    ) -> Result<Slice<InboxConversation>, StoreError> {
        self.read(move |conn| overseen(conn, organization.into(), owner.into(), page).boxed()).await
    }
}

/// The newest message of the conversation `$conversation` that is shown in a list.
macro_rules! newest {
    ($conversation:literal) => {
        concat!(
            "(SELECT m.id FROM messages m WHERE m.conversation_id = ",
            $conversation,
            " AND m.active AND m.deleted_at IS NULL AND m.status NOT IN ('queued', 'streaming') \
              AND m.created_at >= (SELECT since FROM k) ORDER BY m.id DESC LIMIT 1)"
        )
    };
}

macro_rules! kept {
    () => {
        concat!("WITH k (since) AS (SELECT ", kept_since!(), " FROM organizations o WHERE o.id = $1)")
    };
}

/// Direct channels by membership, threads by their keys, which begin with whose they are.
const INBOX: &str = concat!(
    kept!(),
    ", wanted (id, other_id, agent_id, at) AS (\
        SELECT c.id, y.user_id, NULL, c.created_at FROM members x \
        JOIN conversations c ON c.id = x.conversation_id \
        LEFT JOIN members y ON y.conversation_id = c.id AND y.user_id <> x.user_id \
        WHERE x.user_id = $2 AND x.left_at IS NULL AND x.organization_id = $1 \
            AND c.kind = 'direct' AND c.deleted_at IS NULL \
        UNION ALL \
        SELECT c.id, NULL, t.agent_id, c.created_at FROM conversations c JOIN threads t ON t.id = c.id \
        WHERE c.organization_id = $1 AND c.unique_key >= $3 AND c.unique_key < $4 AND c.deleted_at IS NULL \
            AND t.last_activity_at >= (SELECT since FROM k)) \
     SELECT w.id, w.other_id, w.agent_id, w.at, ",
    newest!("w.id"),
    " AS newest FROM wanted w"
);

/// What others say to somebody's agents, before or after a place.
macro_rules! overseen_sql {
    ($compare:literal, $order:literal) => {
        concat!(
            kept!(),
            " SELECT t.id, t.user_id AS other_id, t.agent_id, t.last_activity_at AS at, ",
            newest!("t.id"),
            " AS newest FROM threads t JOIN conversations c ON c.id = t.id \
              WHERE t.organization_id = $1 AND t.agent_id IN \
                    (SELECT a.id FROM agents a WHERE a.owner_user_id = $2 AND a.owner_visibility <> 'none') \
                AND t.user_id <> $2 AND c.deleted_at IS NULL AND t.last_activity_at >= (SELECT since FROM k) \
                AND (t.last_activity_at, t.id) ",
            $compare,
            " ($3, $4) ORDER BY t.last_activity_at ",
            $order,
            ", t.id ",
            $order,
            " LIMIT $5"
        )
    };
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    other_id: Option<DbId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    agent_id: Option<DbId>,
    #[diesel(sql_type = SqlTime)]
    at: DbTime,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    newest: Option<DbId>,
}

impl Found {
    fn place(&self) -> DbId {
        self.newest.unwrap_or(self.id)
    }

    fn kind(&self) -> InboxKind {
        if self.agent_id.is_some() { InboxKind::Agent } else { InboxKind::Profile }
    }
}

async fn list(conn: &mut Conn, filter: InboxFilter) -> Result<Slice<InboxConversation>, SqlError> {
    let InboxFilter { organization, user, kind, search, page } = filter;
    let (organization, user) = (DbId::from(organization), DbId::from(user));
    let query = diesel::sql_query(INBOX)
        .bind::<SqlUuid, _>(organization)
        .bind::<SqlUuid, _>(user)
        .bind::<Text, _>(format!("inbox:{}:", user.0))
        // What comes after the colon.
        .bind::<Text, _>(format!("inbox:{};", user.0));
    let mut found: Vec<Found> = query.prepared().load(conn).await?;
    if let Some(kind) = kind {
        found.retain(|found| found.kind() == kind);
    }
    if let Some(search) = search {
        found = named(conn, found, &search).await?;
    }
    found.sort_unstable_by_key(Found::place);
    let slice = cut(page, found);
    let items = shown(conn, organization, Some(user), slice.items).await?;
    Ok(Slice { items, has_older: slice.has_older, has_newer: slice.has_newer })
}

/// The page of these, which are in the order of their places.
fn cut(page: Page, found: Vec<Found>) -> Slice<Found> {
    let place_of = |named: Uuid| found.iter().find(|found| found.id.0 == named).map_or(named, |found| found.place().0);
    let position = match page.position {
        Position::Newest => Position::Newest,
        Position::Before(id) => Position::Before(place_of(id)),
        Position::After(id) => Position::After(place_of(id)),
        Position::Around(id) => Position::Around(place_of(id)),
    };
    let page = Page { position, ..page };
    let fetch = paging::fetch(page);
    let is_newer = |found: &Found| match fetch.newer {
        Some((Newer::From(id), _)) => found.place() >= id,
        Some((Newer::Above(id), _)) => found.place() > id,
        None => false,
    };
    let at_most = |limit: i64| usize::try_from(limit).unwrap_or(usize::MAX);
    let (newer, mut older): (Vec<_>, Vec<_>) = found.into_iter().partition(is_newer);
    older.reverse();
    older.truncate(at_most(fetch.older.1));
    let newer = newer.into_iter().take(fetch.newer.map_or(0, |(_, limit)| at_most(limit))).collect();
    paging::slice(page, older, newer)
}

/// Those with somebody who is called so.
async fn named(conn: &mut Conn, found: Vec<Found>, search: &UserSearch) -> Result<Vec<Found>, SqlError> {
    let ids: BTreeSet<DbId> = found.iter().filter_map(|found| found.agent_id).collect();
    let query = agents::table.filter(agents::id.eq_any(ids.into_iter().collect::<Vec<_>>())).select((
        agents::id,
        agents::owner_user_id,
        agents::handle,
        agents::display_name,
    ));
    let rows: Vec<(DbId, Option<DbId>, String, String)> = query.load(conn).await?;
    let wanted = search.as_str().to_lowercase();
    let called_so = |text: &String| text.to_lowercase().contains(&wanted);
    let agents: HashSet<DbId> =
        rows.iter().filter(|(_, _, handle, name)| called_so(handle) || called_so(name)).map(|row| row.0).collect();
    let owners: HashMap<DbId, DbId> = rows.iter().filter_map(|(id, owner, ..)| Some((*id, (*owner)?))).collect();
    let people: BTreeSet<DbId> =
        found.iter().filter_map(|found| found.other_id).chain(owners.values().copied()).collect();
    let query = users::table
        .filter(users::id.eq_any(people.into_iter().collect::<Vec<_>>()))
        .filter(users::search_text.like(holding(search.as_str())).escape('\\'))
        .select(users::id);
    let people: HashSet<DbId> = query.load(conn).await?.into_iter().collect();
    let is_named = |found: &Found| {
        let owner = found.agent_id.and_then(|agent| owners.get(&agent).copied());
        found.other_id.or(owner).is_some_and(|user| people.contains(&user))
            || found.agent_id.is_some_and(|agent| agents.contains(&agent))
    };
    Ok(found.into_iter().filter(is_named).collect())
}

async fn overseen(
    conn: &mut Conn,
    organization: DbId,
    owner: DbId,
    page: Page,
) -> Result<Slice<InboxConversation>, SqlError> {
    let at = match page.position {
        Position::Newest => LATEST,
        Position::Before(id) | Position::After(id) | Position::Around(id) => {
            activity_of(conn, organization, DbId(id)).await?
        }
    };
    let fetch = paging::fetch(page);
    let (statement, id, limit) = match fetch.older {
        (Older::All, limit) => (overseen_sql!("<=", "DESC"), DbId(Uuid::max()), limit),
        (Older::Below(id), limit) => (overseen_sql!("<", "DESC"), id, limit),
        (Older::UpTo(id), limit) => (overseen_sql!("<=", "DESC"), id, limit),
    };
    let older = stretch(conn, statement, (organization, owner), (at, id), limit).await?;
    let newer = match fetch.newer {
        None => Vec::new(),
        Some((range, limit)) => {
            let (statement, id) = match range {
                Newer::From(id) => (overseen_sql!(">=", "ASC"), id),
                Newer::Above(id) => (overseen_sql!(">", "ASC"), id),
            };
            stretch(conn, statement, (organization, owner), (at, id), limit).await?
        }
    };
    let slice = paging::slice(page, older, newer);
    let items = shown(conn, organization, None, slice.items).await?;
    Ok(Slice { items, has_older: slice.has_older, has_newer: slice.has_newer })
}

/// The end of the year 9999, in microseconds since 1970.
const LATEST: i64 = 253_402_300_799_999_999;

/// When a thread was last active. Of what is not there, when it was made: ids begin with their time.
async fn activity_of(conn: &mut Conn, organization: DbId, id: DbId) -> Result<i64, SqlError> {
    let query = threads::table
        .filter(threads::id.eq(id))
        .filter(threads::organization_id.eq(organization))
        .select(threads::last_activity_at);
    let at: Option<DbTime> = query.first(conn).await.optional()?;
    let made = i64::try_from(id.0.as_u128() >> 80).unwrap_or(i64::MAX).saturating_mul(1_000).min(LATEST);
    Ok(at.map_or(made, |at| at.0.unix_micros()))
}

async fn stretch(
    conn: &mut Conn,
    statement: &'static str,
    (organization, owner): (DbId, DbId),
    (at, id): (i64, DbId),
    limit: i64,
) -> Result<Vec<Found>, SqlError> {
    let query = diesel::sql_query(statement)
        .bind::<SqlUuid, _>(organization)
        .bind::<SqlUuid, _>(owner)
        .bind::<SqlTime, _>(DbTime(Timestamp::from_unix_micros(at).unwrap_or(Timestamp::EPOCH)))
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(limit);
    Ok(query.prepared().load(conn).await?)
}

/// What is shown of conversations, with one statement each for all of them; what is unread by whom, if that is asked.
async fn shown(
    conn: &mut Conn,
    organization: DbId,
    reader: Option<DbId>,
    found: Vec<Found>,
) -> Result<Vec<InboxConversation>, SqlError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let agents = agents_of(conn, &found).await?;
    let owners = agents.values().filter_map(Agent::owner).map(DbId::from);
    let people: BTreeSet<DbId> = found.iter().filter_map(|found| found.other_id).chain(owners).collect();
    let speakers = Speakers::find(conn, people, BTreeSet::new()).await?;
    let newest: Vec<DbId> = found.iter().filter_map(|found| found.newest).collect();
    let beginning = sql::<Text>(&format!("substr(messages.content, 1, {BEGINNING})"));
    let query =
        messages::table.filter(messages::id.eq_any(newest)).select((messages::id, messages::created_at, beginning));
    let rows: Vec<(DbId, DbTime, String)> = query.load(conn).await?;
    let mut said: HashMap<DbId, (DbTime, String)> = rows.into_iter().map(|(id, at, text)| (id, (at, text))).collect();
    let unread = match reader {
        Some(reader) => unread_by(conn, organization, reader, &found).await?,
        None => HashMap::new(),
    };
    let shown = found.into_iter().map(|found| {
        let agent = found.agent_id.and_then(|agent| agents.get(&agent).cloned());
        let owner = || agent.as_ref().and_then(Agent::owner).map(DbId::from);
        let other = found.other_id.or_else(owner).and_then(|user| speakers.user(user));
        let (at, text) = found.newest.and_then(|newest| said.remove(&newest)).unzip();
        InboxConversation {
            id: found.id.into(),
            // Threads that are overseen are found by their ids.
            place: if reader.is_some() { found.place().0 } else { found.id.0 },
            other,
            agent: agent.map(Box::new),
            last_message_at: at.unwrap_or(found.at).0,
            last_message: text,
            unread_count: unread.get(&found.id).copied().unwrap_or(0),
        }
    });
    Ok(shown.collect())
}

async fn agents_of(conn: &mut Conn, found: &[Found]) -> Result<HashMap<DbId, Agent>, SqlError> {
    let ids: BTreeSet<DbId> = found.iter().filter_map(|found| found.agent_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = agents::table.filter(agents::id.eq_any(ids.into_iter().collect::<Vec<_>>()));
    let rows: Vec<AgentRow> = query.select(AgentRow::as_select()).load(conn).await?;
    let agents = rows.into_iter().map(|row| Ok((row.id, Agent::try_from(row)?)));
    agents.collect()
}

async fn unread_by(
    conn: &mut Conn,
    organization: DbId,
    reader: DbId,
    found: &[Found],
) -> Result<HashMap<DbId, i64>, SqlError> {
    let ids: Vec<DbId> = found.iter().map(|found| found.id).collect();
    let query = read_markers::table
        .filter(read_markers::user_id.eq(reader))
        .filter(read_markers::conversation_id.eq_any(ids.clone()))
        .select((read_markers::conversation_id, read_markers::message_id));
    let markers: HashMap<DbId, DbId> = query.load(conn).await?.into_iter().collect();
    let place = |id: DbId| (id, markers.get(&id).copied().unwrap_or(DbId(Uuid::nil())));
    let places: Vec<(DbId, DbId)> = ids.into_iter().map(place).collect();
    let rows: Vec<NewsRow> = news(conn, &places, reader, organization).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.unread)).collect())
}

async fn find_thread(
    conn: &mut Conn,
    organization: OrganizationId,
    user: UserId,
    agent: AgentId,
) -> Result<Option<Thread>, SqlError> {
    let query = threads::table
        .inner_join(conversations::table)
        .filter(conversations::organization_id.eq(DbId::from(organization)))
        .filter(conversations::unique_key.eq(ConversationKey::Inbox(user, agent).to_text()))
        .filter(conversations::deleted_at.is_null())
        .select((ThreadRow::as_select(), ConversationRow::as_select()));
    let rows = query.first(conn).await.optional()?;
    Ok(rows.map(thread).transpose()?)
}
