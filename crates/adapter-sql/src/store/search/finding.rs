use diesel::{
    prelude::*,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_types::{BigInt, Integer, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use stead_domain::ports::{
    read_gate::{FileCandidate, MessageCandidate, PassageCandidate},
    store::{FileHit, FileSearch, Matching, MessageHit, MessageSearch, Rooms},
};

use super::super::{
    gate::{file_is_read_by, file_lies_in, is_read_by, message_is_there},
    prelude::{Conn, Db, join_in_order, words},
};
use crate::{
    error::SqlError,
    types::{DbId, DbTime, SqlTime, SqlUuid},
    words::{ABOUT, FoundMessages, Scope},
};

/// Of so many conversations at most each is named; among more it is looked in all of the organization, and what lies
/// elsewhere is left out one by one.
const MOST_NAMED: usize = 1_000;

/// So many names and passages are looked at.
const MOST_PASSAGES: i64 = 10_000;

/// Of the messages that have the words, so many of the first are looked at. Where too few of them may be read, or are what is
/// wanted, all are.
const FIRST_LOOK: i64 = 1_000;

/// A statement that grows, and what is bound in it, numbered as it first appears.
struct Statement {
    query: BoxedSqlQuery<'static, Db, SqlQuery>,
    bound: usize,
}

impl Statement {
    /// `$1` is what is asked for, `$2` where.
    fn new(select: String, wanted: String, within: String) -> Self {
        let query = diesel::sql_query(select).into_boxed().bind::<Text, _>(wanted).bind::<Text, _>(within);
        Self { query, bound: 2 }
    }

    /// What the statement names next.
    fn with_number(mut self, number: i64) -> Self {
        self.bound += 1;
        self.query = self.query.bind::<BigInt, _>(number);
        self
    }

    /// What the statement names next.
    fn with_id(mut self, id: DbId) -> Self {
        self.bound += 1;
        self.query = self.query.bind::<SqlUuid, _>(id);
        self
    }

    fn place(&mut self) -> String {
        self.bound += 1;
        format!("${}", self.bound)
    }

    fn and_id(mut self, condition: &str, id: Option<DbId>) -> Self {
        if let Some(id) = id {
            let place = self.place();
            self.query = self.query.sql(format!(" AND {condition} {place}")).bind::<SqlUuid, _>(id);
        }
        self
    }

    fn and_time(mut self, condition: &str, at: Option<DbTime>) -> Self {
        if let Some(at) = at {
            let place = self.place();
            self.query = self.query.sql(format!(" AND {condition} {place}")).bind::<SqlTime, _>(at);
        }
        self
    }

    fn and_one_of(mut self, expression: &str, ids: impl Iterator<Item = DbId>) -> Self {
        self.query = self.query.sql(format!(" AND {expression} IN ("));
        for (n, id) in ids.enumerate() {
            let place = self.place();
            let separator = if n == 0 { "" } else { ", " };
            self.query = self.query.sql(format!("{separator}{place}")).bind::<SqlUuid, _>(id);
        }
        self.query = self.query.sql(")");
        self
    }

    /// Ends it.
    fn ordered(mut self, by: &str, limit: u32) -> BoxedSqlQuery<'static, Db, SqlQuery> {
        let place = self.place();
        self.query.sql(format!(" {by} LIMIT {place}")).bind::<BigInt, _>(i64::from(limit))
    }
}

#[derive(QueryableByName)]
struct MessageRow {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = SqlUuid)]
    message_id: DbId,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

pub(super) async fn messages(conn: &mut Conn, search: MessageSearch) -> Result<Vec<MessageHit>, SqlError> {
    let (organization, user) = (DbId::from(search.organization), DbId::from(search.user));
    let scopes = match &search.conversations {
        Some(these) if these.len() <= MOST_NAMED => scopes_of(user, these.iter().copied().map(DbId::from)),
        Some(_) => vec![Scope::Organization(organization)],
        None => scopes(conn, organization, user).await?,
    };
    let (mut rows, may_be_more) = messages_among(conn, &search, &scopes, FIRST_LOOK).await?;
    if may_be_more {
        (rows, _) = messages_among(conn, &search, &scopes, i64::MAX).await?;
    }
    let hit = |row: MessageRow| MessageHit {
        candidate: MessageCandidate { id: row.message_id.into(), version: Some(row.version) },
        place: row.place,
    };
    Ok(rows.into_iter().map(hit).collect())
}

/// Looks among so many of the first; answers whether there may be more.
async fn messages_among(
    conn: &mut Conn,
    search: &MessageSearch,
    scopes: &[Scope],
    most: i64,
) -> Result<(Vec<MessageRow>, bool), SqlError> {
    let (all, below, found) = match search.matching {
        Matching::All { below } => (true, below, words::newest_messages(most)),
        Matching::Any => (false, None, words::best_messages(most)),
    };
    let FoundMessages { from, condition, order, is_bounded } = found;
    let select = format!(
        "SELECT s.place, s.message_id, s.version \
         FROM {from} \
         {join} messages m ON m.id = s.message_id AND m.version = s.version \
         {join} conversations c ON c.id = m.conversation_id \
         {join} organizations o ON o.id = c.organization_id \
         LEFT JOIN threads t ON t.id = c.id \
         WHERE {condition} AND s.organization_id = $4 AND m.organization_id = $4 AND c.organization_id = $4 \
            AND {is_read} AND {is_there} AND m.active AND c.deleted_at IS NULL AND o.deleted_at IS NULL",
        join = join_in_order!(),
        is_there = message_is_there(),
        is_read = is_read_by("$5"),
    );
    let rooms = match search.rooms {
        Rooms::Any => "",
        Rooms::Channels => " AND t.id IS NULL",
        Rooms::Threads => " AND t.id IS NOT NULL",
    };
    let (select, wanted) = (select + rooms, words::wanted(&search.query, all));
    let statement = Statement::new(select, wanted, words::within(scopes))
        .with_number(below.unwrap_or(i64::MAX))
        .with_id(search.organization.into())
        .with_id(search.user.into())
        .and_id("m.author_user_id =", search.author.map(DbId::from))
        .and_time("m.created_at >=", search.since.map(DbTime))
        .and_time("m.created_at <", search.before.map(DbTime));
    let statement = match &search.conversations {
        Some(these) => statement.and_one_of("c.id", these.iter().copied().map(DbId::from)),
        None => statement,
    };
    let rows: Vec<MessageRow> = statement.ordered(&format!("ORDER BY {order}"), search.limit).load(conn).await?;
    let has_all = rows.len() >= usize::try_from(search.limit).unwrap_or(usize::MAX);
    Ok((rows, is_bounded && !has_all))
}

#[derive(QueryableByName)]
struct Channel {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
}

/// Where what a user may read is found.
async fn scopes(conn: &mut Conn, organization: DbId, user: DbId) -> Result<Vec<Scope>, SqlError> {
    let query = diesel::sql_query(
        "SELECT c.id FROM members b JOIN conversations c ON c.id = b.conversation_id \
         WHERE b.user_id = $1 AND b.left_at IS NULL AND c.organization_id = $2 AND c.deleted_at IS NULL \
            AND c.kind NOT IN ('thread', 'sidebar') LIMIT $3",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<SqlUuid, _>(organization)
    .bind::<BigInt, _>(i64::try_from(MOST_NAMED + 1).unwrap_or(i64::MAX));
    let channels: Vec<Channel> = query.load(conn).await?;
    if channels.len() <= MOST_NAMED {
        Ok(scopes_of(user, channels.into_iter().map(|channel| channel.id)))
    } else {
        Ok(vec![Scope::Organization(organization)])
    }
}

/// The user's threads, and these channels. (A thread among them is found with the others, and left out by its id.)
fn scopes_of(user: DbId, channels: impl Iterator<Item = DbId>) -> Vec<Scope> {
    std::iter::once(Scope::User(user)).chain(channels.map(Scope::Channel)).collect()
}

#[derive(QueryableByName)]
struct FileRow {
    #[diesel(sql_type = SqlUuid)]
    file_id: DbId,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    passage: Option<i32>,
}

pub(super) async fn files(conn: &mut Conn, search: FileSearch) -> Result<Vec<FileHit>, SqlError> {
    let FileSearch { organization, user, query, matching, conversation, author, since, before, limit } = search;
    let (organization, user) = (DbId::from(organization), DbId::from(user));
    let passage = format!("CASE WHEN h.n > {ABOUT} THEN h.n END");
    let (all, below, passage, rank, first, ordered) = match matching {
        Matching::All { below } => {
            let ordered = "GROUP BY f.id, f.version ORDER BY f.id DESC";
            (true, below, format!("min({passage})"), "0", words::NEWEST, ordered)
        }
        Matching::Any => (false, None, passage, words::FILE_RANK, words::BEST_FILES, "ORDER BY h.rank, f.id DESC, h.n"),
    };
    let select = format!(
        "SELECT f.id AS file_id, f.version, {passage} AS passage \
         FROM (SELECT s.file_id, s.n, {rank} AS rank FROM {found} WHERE {has_it} AND s.organization_id = $3 \
            ORDER BY {first} LIMIT {MOST_PASSAGES}) h \
         JOIN files f ON f.id = h.file_id \
         JOIN organizations o ON o.id = f.organization_id AND o.deleted_at IS NULL \
         WHERE f.organization_id = $3 AND {is_read}",
        found = words::FOUND_FILES,
        has_it = words::FILES_HAVE_IT,
        is_read = file_is_read_by("$4"),
    );
    let within = words::within(&[Scope::Organization(organization)]);
    let mut statement = Statement::new(select, words::wanted(&query, all), within)
        .with_id(organization)
        .with_id(user)
        .and_id("f.id <", below.map(DbId::from))
        .and_id("f.uploaded_by_user_id =", author.map(DbId::from))
        .and_time("f.created_at >=", since.map(DbTime))
        .and_time("f.created_at <", before.map(DbTime));
    if let Some(conversation) = conversation {
        let place = statement.place();
        let lies_there = format!(" AND {}", file_lies_in(&place));
        statement.query = statement.query.sql(lies_there).bind::<SqlUuid, _>(DbId::from(conversation));
    }
    let rows: Vec<FileRow> = statement.ordered(ordered, limit).load(conn).await?;
    let hit = |row: FileRow| {
        let (file, version) = (row.file_id.into(), Some(row.version));
        FileHit {
            candidate: FileCandidate { id: file, version },
            passage: row.passage.map(|n| PassageCandidate { file, n, version }),
        }
    };
    Ok(rows.into_iter().map(hit).collect())
}
