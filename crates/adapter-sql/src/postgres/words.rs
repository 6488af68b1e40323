//! The index of words: a `tsvector` in each row, made by hand of words that were cut and folded before, and a GIN index over
//! them. Who may find a row is said by words that no text has, since they do not begin with a letter or digit.

use std::{collections::BTreeMap, fmt::Write};

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Integer, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::search::{SearchQuery, Term};

use crate::{
    types::{DbId, SqlUuid},
    words::{FileWords, FoundMessages, MessageWords, Scope, WordsOf},
};

/// Not in the order of the table's key: of a rare word it would have to go through all that is newer.
pub(super) const NEWEST: &str = "s.place + 0 DESC";

/// So many of the newest.
pub(super) fn newest_messages(most: i64) -> FoundMessages {
    first_messages("0 AS fit", NEWEST, "s.place DESC", most)
}

/// So many of those that fit best.
pub(super) fn best_messages(most: i64) -> FoundMessages {
    let fit = "-ts_rank(s.words, CAST($1 AS tsquery), 1) AS fit";
    first_messages(fit, "fit, s.place DESC", "s.fit, s.place DESC", most)
}

fn first_messages(fit: &str, first: &str, order: &'static str, most: i64) -> FoundMessages {
    let from = format!(
        "(SELECT s.place, s.message_id, s.organization_id, s.version, {fit} FROM search_messages s \
            WHERE s.words @@ (CAST($1 AS tsquery) && CAST($2 AS tsquery)) AND s.place < $3 AND s.organization_id = $4 \
            ORDER BY {first} LIMIT {most}) s"
    );
    FoundMessages { from, condition: "TRUE", order, is_bounded: true }
}

/// Where passages of files `s` are found: `$1` is what is asked for, `$2` where.
pub(super) const FOUND_FILES: &str = "search_files s";
pub(super) const FILES_HAVE_IT: &str = "s.words @@ (CAST($1 AS tsquery) && CAST($2 AS tsquery))";
/// The lower, the better.
pub(super) const FILE_RANK: &str = "-ts_rank(s.words, CAST($1 AS tsquery), 1)";
pub(super) const BEST_FILES: &str = "ts_rank(s.words, CAST($1 AS tsquery), 1) DESC, s.place DESC";

/// The highest position that a `tsvector` tells, and how many of a word it keeps.
const LAST_POSITION: usize = 16_383;
const MOST_POSITIONS: usize = 255;

/// What is asked for: all of it, or any.
pub(super) fn wanted(query: &SearchQuery, all: bool) -> String {
    let terms: Vec<String> = query.terms().iter().map(term).collect();
    terms.join(if all { " & " } else { " | " })
}

fn term(term: &Term) -> String {
    // Letters and digits alone: nothing in them ends the quotes.
    let words: Vec<String> = term.words.iter().map(|word| format!("'{word}'")).collect();
    format!("({}{})", words.join(" <-> "), if term.goes_on { ":*" } else { "" })
}

/// Where it is looked for: in any of these.
pub(super) fn within(scopes: &[Scope]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("'={scope}'")).collect();
    scopes.join(" | ")
}

/// The text form of a `tsvector`.
fn vector(WordsOf { words, scopes }: &WordsOf) -> String {
    let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, word) in words.iter().enumerate() {
        let of_word = positions.entry(word).or_default();
        if of_word.len() < MOST_POSITIONS {
            of_word.push((n + 1).min(LAST_POSITION));
        }
    }
    let mut vector: String = scopes.iter().map(|scope| format!("'={scope}' ")).collect();
    for (word, positions) in positions {
        let positions: Vec<String> = positions.iter().map(usize::to_string).collect();
        // Writing to a string does not fail.
        write!(vector, "'{word}':{} ", positions.join(",")).unwrap_or_default();
    }
    vector
}

#[derive(diesel::QueryableByName)]
struct Put {
    #[diesel(sql_type = SqlUuid)]
    message_id: DbId,
}

/// Puts messages in the index that are not in it; answers those for which there was no room.
pub(super) async fn put_messages(conn: &mut AsyncPgConnection, messages: &[MessageWords]) -> QueryResult<Vec<DbId>> {
    let mut left: Vec<(&MessageWords, String, _)> =
        messages.iter().map(|message| (message, vector(&message.text), message.places())).collect();
    // Most are put at once. Those that meet others of the same millisecond move on, each further than the one before.
    for round in 0..16 {
        let mut places = Vec::with_capacity(left.len());
        for (n, (.., free)) in left.iter_mut().enumerate() {
            places.push(free.nth(if round == 0 { 0 } else { n }).unwrap_or_default());
        }
        if places.is_empty() {
            break;
        }
        let put: Vec<Put> = diesel::sql_query(
            "INSERT INTO search_messages (place, message_id, organization_id, version, words) \
             SELECT p, m, o, v, CAST(w AS tsvector) \
             FROM unnest($1, $2, $3, $4, $5) AS new (p, m, o, v, w) \
             ON CONFLICT DO NOTHING RETURNING message_id",
        )
        .bind::<Array<BigInt>, _>(places)
        .bind::<Array<SqlUuid>, _>(left.iter().map(|(message, ..)| message.id).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(left.iter().map(|(message, ..)| message.organization).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(left.iter().map(|(message, ..)| message.version).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(left.iter().map(|(_, vector, _)| vector.as_str()).collect::<Vec<_>>())
        .load(conn)
        .await?;
        left.retain(|(message, ..)| put.iter().all(|put| put.message_id != message.id));
    }
    Ok(left.into_iter().map(|(message, ..)| message.id).collect())
}

/// Puts texts of a file in the index that are not in it.
pub(super) async fn put_files(conn: &mut AsyncPgConnection, files: &[FileWords]) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO search_files (file_id, n, organization_id, words) \
         SELECT f, n, o, CAST(w AS tsvector) FROM unnest($1, $2, $3, $4) AS new (f, n, o, w)",
    )
    .bind::<Array<SqlUuid>, _>(files.iter().map(|file| file.file).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(files.iter().map(|file| file.n).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(files.iter().map(|file| file.organization).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(files.iter().map(|file| vector(&file.text)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
