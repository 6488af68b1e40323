//! The index of words: FTS5, with the words in one column and who may find them in another. What it is given and asked was cut
//! and folded before, so its tokenizer has nothing to decide.

use diesel::{
    QueryResult,
    sql_types::{BigInt, Integer, Text},
};
use diesel_async::RunQueryDsl;
use stead_domain::search::{SearchQuery, Term};

use super::executor::SqliteConn;
use crate::{
    prepared::Prepare,
    types::{DbId, SqlUuid},
    words::{FileWords, FoundMessages, MessageWords, Scope, WordsOf},
};

pub(super) const NEWEST: &str = "w.rowid DESC";

/// The newest. The index comes first, whatever it is joined with: it gives what it finds in order, and stops when there is
/// enough.
pub(super) fn newest_messages(_most: i64) -> FoundMessages {
    FoundMessages {
        from: "search_message_words w CROSS JOIN search_messages s ON s.place = w.rowid".to_owned(),
        condition: "search_message_words MATCH ($1 || ' AND ' || $2) AND w.rowid < $3",
        order: NEWEST,
        is_bounded: false,
    }
}

/// So many of those that fit best.
pub(super) fn best_messages(most: i64) -> FoundMessages {
    let from = format!(
        "(SELECT w.rowid AS place, bm25(search_message_words, 1.0, 0.0) AS fit FROM search_message_words w \
            WHERE search_message_words MATCH ($1 || ' AND ' || $2) AND w.rowid < $3 \
            ORDER BY fit, place DESC LIMIT {most}) h CROSS JOIN search_messages s ON s.place = h.place"
    );
    FoundMessages { from, condition: "TRUE", order: "fit, s.place DESC", is_bounded: true }
}

/// Where passages of files `s` are found: `$1` is what is asked for, `$2` where.
pub(super) const FOUND_FILES: &str = "search_file_words w CROSS JOIN search_files s ON s.place = w.rowid";
pub(super) const FILES_HAVE_IT: &str = "search_file_words MATCH ($1 || ' AND ' || $2)";
/// The lower, the better.
pub(super) const FILE_RANK: &str = "bm25(search_file_words, 1.0, 0.0)";
pub(super) const BEST_FILES: &str = "bm25(search_file_words, 1.0, 0.0), w.rowid DESC";

/// What is asked for: all of it, or any.
pub(super) fn wanted(query: &SearchQuery, all: bool) -> String {
    let terms: Vec<String> = query.terms().iter().map(term).collect();
    format!("words : ({})", terms.join(if all { " AND " } else { " OR " }))
}

fn term(term: &Term) -> String {
    // Letters and digits alone: nothing in them ends the quotes.
    format!("\"{}\"{}", term.words.join(" "), if term.goes_on { " *" } else { "" })
}

/// Where it is looked for: in any of these.
pub(super) fn within(scopes: &[Scope]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
    format!("scope : ({})", scopes.join(" OR "))
}

fn joined(words: &WordsOf) -> (String, String) {
    let scopes: Vec<String> = words.scopes.iter().map(Scope::to_string).collect();
    (words.words.join(" "), scopes.join(" "))
}

/// Puts messages in the index that are not in it; answers those for which there was no room.
pub(super) async fn put_messages(conn: &mut SqliteConn, messages: &[MessageWords]) -> QueryResult<Vec<DbId>> {
    let mut left = Vec::new();
    for message in messages {
        let Some(place) = put_message(conn, message).await? else {
            left.push(message.id);
            continue;
        };
        let (words, scope) = joined(&message.text);
        diesel::sql_query("INSERT INTO search_message_words (rowid, words, scope) VALUES ($1, $2, $3)")
            .bind::<BigInt, _>(place)
            .bind::<Text, _>(words)
            .bind::<Text, _>(scope)
            .prepared()
            .execute(conn)
            .await?;
    }
    Ok(left)
}

async fn put_message(conn: &mut SqliteConn, message: &MessageWords) -> QueryResult<Option<i64>> {
    for place in message.places() {
        let put = diesel::sql_query(
            "INSERT INTO search_messages (place, message_id, organization_id, version) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind::<BigInt, _>(place)
        .bind::<SqlUuid, _>(message.id)
        .bind::<SqlUuid, _>(message.organization)
        .bind::<BigInt, _>(message.version)
        .prepared()
        .execute(conn)
        .await?;
        if put > 0 {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

#[derive(diesel::QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    place: i64,
}

/// Puts texts of a file in the index that are not in it.
pub(super) async fn put_files(conn: &mut SqliteConn, files: &[FileWords]) -> QueryResult<()> {
    for file in files {
        let Place { place } = diesel::sql_query(
            "INSERT INTO search_files (file_id, n, organization_id) VALUES ($1, $2, $3) RETURNING place",
        )
        .bind::<SqlUuid, _>(file.file)
        .bind::<Integer, _>(file.n)
        .bind::<SqlUuid, _>(file.organization)
        .prepared()
        .get_result(conn)
        .await?;
        let (words, scope) = joined(&file.text);
        diesel::sql_query("INSERT INTO search_file_words (rowid, words, scope) VALUES ($1, $2, $3)")
            .bind::<BigInt, _>(place)
            .bind::<Text, _>(words)
            .bind::<Text, _>(scope)
            .prepared()
            .execute(conn)
            .await?;
    }
    Ok(())
}
