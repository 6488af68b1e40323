use std::collections::{BTreeMap, HashMap};

use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl;
use stead_domain::{
    MessageId,
    emoji::Emoji,
    page::{Page, Slice},
    ports::store::{REACTORS_SHOWN, Reactions, Reactor},
};
use uuid::Uuid;

use super::{
    prelude::{Conn, Db},
    speakers::Speakers,
};
use crate::{
    error::{InvalidColumn, SqlError},
    paging::load_page,
    prepared::Prepare,
    schema::reactions,
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

#[derive(QueryableByName)]
struct Reacted {
    #[diesel(sql_type = SqlUuid)]
    message_id: DbId,
    #[diesel(sql_type = Text)]
    emoji: String,
    #[diesel(sql_type = SqlUuid)]
    user_id: DbId,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
    #[diesel(sql_type = BigInt)]
    mine: i64,
    #[diesel(sql_type = SqlTime)]
    since: DbTime,
}

/// How people reacted to messages. The text is one of three, so that it is prepared once.
pub(super) async fn of(
    conn: &mut Conn,
    asked: &[DbId],
    reader: Option<DbId>,
) -> Result<HashMap<DbId, Vec<Reactions>>, SqlError> {
    let mut found: HashMap<DbId, Vec<Reactions>> = HashMap::new();
    let Some(last) = asked.last() else { return Ok(found) };
    let places = [1, 10, 100].into_iter().find(|places| asked.len() <= *places).unwrap_or(asked.len());
    let mut query =
        diesel::sql_query(statement(places)).into_boxed().bind::<SqlUuid, _>(reader.unwrap_or(DbId(Uuid::nil())));
    for message in asked.iter().chain(std::iter::repeat_n(last, places - asked.len())) {
        query = query.bind::<SqlUuid, _>(*message);
    }
    let mut rows: Vec<Reacted> = query.prepared().load(conn).await?;
    rows.sort_by(|a, b| (a.message_id, a.since, &a.emoji, a.n).cmp(&(b.message_id, b.since, &b.emoji, b.n)));
    for row in rows {
        let of_message = found.entry(row.message_id).or_default();
        let user = row.user_id.into();
        match of_message.last_mut().filter(|last| last.emoji.as_str() == row.emoji) {
            Some(same) => same.users.push(user),
            None => {
                let emoji = Emoji::parse(&row.emoji).map_err(InvalidColumn::of("reactions.emoji"))?;
                of_message.push(Reactions { emoji, count: row.total, me: row.mine > 0, users: vec![user] });
            }
        }
    }
    Ok(found)
}

/// `$1` is the reader. (SQLite numbers places in the order in which they come.)
fn statement(places: usize) -> String {
    let asked: Vec<_> = (2..2 + places).map(|n| format!("${n}")).collect();
    format!(
        "SELECT message_id, emoji, user_id, n, total, mine, since FROM (\
            SELECT message_id, emoji, user_id, \
                row_number() OVER (PARTITION BY message_id, emoji ORDER BY created_at, user_id) AS n, \
                count(*) OVER (PARTITION BY message_id, emoji) AS total, \
                count(CASE WHEN user_id = $1 THEN 1 END) OVER (PARTITION BY message_id, emoji) AS mine, \
                min(created_at) OVER (PARTITION BY message_id, emoji) AS since \
            FROM reactions WHERE message_id IN ({})) r WHERE n <= {REACTORS_SHOWN}",
        asked.join(", ")
    )
}

pub(super) async fn reactors(conn: &mut Conn, message: MessageId, page: Page) -> Result<Slice<Reactor>, SqlError> {
    let Slice { items, has_older, has_newer } =
        load_page!(conn, page, reactions::user_id, DbId, people(message).select(reactions::user_id));
    Ok(Slice { items: with_emoji(conn, message, items).await?, has_older, has_newer })
}

fn people(message: MessageId) -> reactions::BoxedQuery<'static, Db, SqlUuid> {
    reactions::table
        .filter(reactions::message_id.eq(DbId::from(message)))
        .select(reactions::user_id)
        .distinct()
        .into_boxed()
}

async fn with_emoji(conn: &mut Conn, message: MessageId, users: Vec<DbId>) -> Result<Vec<Reactor>, SqlError> {
    let speakers = Speakers::find(conn, users.iter().copied().collect(), [].into()).await?;
    let query = reactions::table
        .filter(reactions::message_id.eq(DbId::from(message)))
        .filter(reactions::user_id.eq_any(users.clone()))
        .order(reactions::created_at)
        .select((reactions::user_id, reactions::emoji));
    let rows: Vec<(DbId, String)> = query.load(conn).await?;
    let mut emoji: BTreeMap<DbId, Vec<Emoji>> = BTreeMap::new();
    for (user, text) in rows {
        let one = Emoji::parse(&text).map_err(InvalidColumn::of("reactions.emoji"))?;
        emoji.entry(user).or_default().push(one);
    }
    let reactor = |id: DbId| {
        let emoji = emoji.remove(&id).unwrap_or_default();
        Some(Reactor { user: speakers.user(id)?, user_id: id.into(), emoji })
    };
    Ok(users.into_iter().filter_map(reactor).collect())
}
