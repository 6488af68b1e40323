//! How SQLite goes about the statements that tests of the store have made.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Mutex, PoisonError},
};

use diesel::{
    Connection, RunQueryDsl, SqliteConnection,
    connection::{InstrumentationEvent, set_default_instrumentation},
    sql_types::Text,
};

/// The texts of statements.
static MADE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// From here on the statements of new connections are noted.
pub fn note() {
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let query = query.to_string();
                let text = query.split(" -- binds:").next().unwrap_or_default().to_owned();
                MADE.lock().unwrap_or_else(PoisonError::into_inner).insert(text);
            }
        }))
    })
    .unwrap();
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What there may be very much of: tables, and what statements call them.
const LARGE: [&str; 14] = [
    "m",
    "messages",
    "members",
    "message_files",
    "mentions",
    "reactions",
    "events",
    "runs",
    "run_chunks",
    "tool_calls",
    "search_messages",
    "embedded_sources",
    "file_passages",
    "usage",
];

/// Of all statements since [`note`], none that is made again and again reads the whole of a large table. SQLite is not told how
/// large they are, so that it decides here as it does anywhere.
pub fn reads_no_large_table_whole(path: &Path) {
    let made: Vec<String> = MADE.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    for text in made.iter().filter(|text| is_made_often(text)) {
        // Where tests share a process, one may have tables of its own, which are not here.
        let Ok(steps) = diesel::sql_query(format!("EXPLAIN QUERY PLAN {text}")).load::<Step>(&mut conn) else {
            continue;
        };
        for Step { detail } in steps {
            let whole = detail.strip_prefix("SCAN ").filter(|what| !what.contains(" USING "));
            let is_large = whole.is_some_and(|what| LARGE.contains(&what));
            assert!(!is_large, "{detail}: {text}");
        }
    }
}

/// Reads and changes; not what removes what is no longer wanted, in the background and a little at a time.
fn is_made_often(text: &str) -> bool {
    let is_one = ["SELECT", "WITH", "UPDATE"].iter().any(|begin| text.trim_start().starts_with(begin));
    // Nothing is asked for.
    is_one && !text.contains("(1=0)")
}
