//! The rows of a send (a message and its event), written as plainly as the database allows: what a send is measured against.
//! Without guards, without the thread's last activity, without anybody to answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::{Connection, ExpressionMethods, RunQueryDsl, SqliteConnection, connection::SimpleConnection};
use futures_util::future::try_join_all;
use stead_testkit::builders::{self, Seed};
use tokio_postgres::{Client, NoTls, Statement, types::ToSql};

use crate::{
    measure::{Line, a_second, rate},
    store::{Database, Place},
};

const DURING: Duration = Duration::from_secs(3);
const WRITERS: usize = 32;
/// So many sends share a transaction, as those of the writers do in a group.
const GROUP: usize = WRITERS;

diesel::table! {
    messages (id) {
        id -> Binary,
        organization_id -> Binary,
        conversation_id -> Binary,
        author_kind -> Text,
        author_user_id -> Binary,
        role -> Text,
        from_ai -> Bool,
        content -> Text,
        content_html -> Text,
        metadata -> Text,
        active -> Bool,
        status -> Text,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    events (position) {
        position -> BigInt,
        epoch -> BigInt,
        organization_id -> Binary,
        conversation_id -> Binary,
        audience -> Text,
        kind -> Text,
        subject_id -> Binary,
        subject_version -> BigInt,
        at -> BigInt,
    }
}

const MESSAGE: &str = "INSERT INTO messages (id, organization_id, conversation_id, author_kind, author_user_id, role, \
    from_ai, content, content_html, metadata, active, status, version, created_at) \
    VALUES ($1::text::uuid, $2::text::uuid, $3::text::uuid, 'user', $4::text::uuid, 'user', false, $5, $6, '{}', true, \
    'complete', 1, now())";
const EVENT: &str = "INSERT INTO events (epoch, organization_id, conversation_id, audience, kind, subject_id, \
    subject_version, at) VALUES (1, $1::text::uuid, $2::text::uuid, 'members', 'message.created', $3::text::uuid, 1, now())";

/// Rows a second: in a transaction each by 32 writers, and many in one by one writer.
pub struct Raw {
    /// A transaction each.
    pub each: f64,
    /// Many in one.
    pub grouped: f64,
}

/// Measures the floor of sends.
pub async fn measure(database: &Database) -> anyhow::Result<(Raw, Line)> {
    let seed = Seed::commit(database.store.as_ref()).await;
    let raw = match &database.place {
        Place::Sqlite(path) => {
            let (path, seed) = (path.clone(), Arc::new(seed));
            tokio::task::spawn_blocking(move || {
                anyhow::Ok(Raw { each: sqlite(&path, &seed, WRITERS, 1)?, grouped: sqlite(&path, &seed, 1, GROUP)? })
            })
            .await??
        }
        Place::Postgres(url) => {
            Raw { each: postgres(url, &seed, WRITERS, 1).await?, grouped: postgres(url, &seed, 2, GROUP).await? }
        }
    };
    let figures = vec![("one each, 32 writers", a_second(raw.each)), ("32 in one", a_second(raw.grouped))];
    let what = format!("{}: floor, a send's rows written raw", database.name);
    Ok((raw, Line { what, figures }))
}

fn sqlite(path: &std::path::Path, seed: &Arc<Seed>, writers: usize, at_once: usize) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let write = |path: std::path::PathBuf, seed: Arc<Seed>| {
        move || -> anyhow::Result<u32> {
            let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
            connection
                .batch_execute("PRAGMA busy_timeout = 20000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
            let mut sends = 0;
            while begun.elapsed() < DURING {
                connection.immediate_transaction(|connection| {
                    (0..at_once).try_for_each(|_| sqlite_rows(connection, &seed))
                })?;
                sends += u32::try_from(at_once)?;
            }
            Ok(sends)
        }
    };
    let threads: Vec<_> = (0..writers).map(|_| std::thread::spawn(write(path.to_owned(), Arc::clone(seed)))).collect();
    let mut sends = 0;
    for thread in threads {
        sends += thread.join().map_err(|_panic| anyhow::anyhow!("a raw writer panicked"))??;
    }
    Ok(f64::from(sends) / begun.elapsed().as_secs_f64())
}

fn sqlite_rows(connection: &mut SqliteConnection, seed: &Seed) -> diesel::QueryResult<()> {
    let (id, organization) = (builders::uuid(), seed.organization.id.uuid());
    let (thread, at) = (seed.thread.id.uuid(), seed.thread.created_at.unix_micros());
    diesel::insert_into(messages::table)
        .values((
            messages::id.eq(&id.as_bytes()[..]),
            messages::organization_id.eq(&organization.as_bytes()[..]),
            messages::conversation_id.eq(&thread.as_bytes()[..]),
            messages::author_kind.eq("user"),
            messages::author_user_id.eq(&seed.owner.id.uuid().as_bytes()[..]),
            messages::role.eq("user"),
            messages::from_ai.eq(false),
            messages::content.eq(super::sends::TEXT),
            messages::content_html.eq(super::sends::TEXT),
            messages::metadata.eq("{}"),
            messages::active.eq(true),
            messages::status.eq("complete"),
            messages::version.eq(1_i64),
            messages::created_at.eq(at),
        ))
        .execute(connection)?;
    diesel::insert_into(events::table)
        .values((
            events::epoch.eq(1_i64),
            events::organization_id.eq(&organization.as_bytes()[..]),
            events::conversation_id.eq(&thread.as_bytes()[..]),
            events::audience.eq("members"),
            events::kind.eq("message.created"),
            events::subject_id.eq(&id.as_bytes()[..]),
            events::subject_version.eq(1_i64),
            events::at.eq(at),
        ))
        .execute(connection)?;
    Ok(())
}

/// A connection with the statements of a send.
struct Writer {
    client: Client,
    message: Statement,
    event: Statement,
}

async fn postgres(url: &str, seed: &Seed, writers: usize, at_once: usize) -> anyhow::Result<f64> {
    let mut connected = Vec::new();
    for _ in 0..writers {
        let client = connect(url).await?;
        let (message, event) = (client.prepare(MESSAGE).await?, client.prepare(EVENT).await?);
        connected.push(Arc::new(Writer { client, message, event }));
    }
    let transactions = rate(writers, DURING, |writer| {
        let (writer, seed) = (Arc::clone(&connected[writer]), seed.clone());
        move || {
            let (writer, seed) = (Arc::clone(&writer), seed.clone());
            async move { writer.transaction(&seed, at_once).await }
        }
    });
    Ok(transactions.await? * f64::from(u32::try_from(at_once)?))
}

impl Writer {
    /// In one round trip.
    async fn transaction(&self, seed: &Seed, sends: usize) -> anyhow::Result<()> {
        let (begun, written, committed) = futures_util::join!(
            self.client.batch_execute("BEGIN"),
            try_join_all((0..sends).map(|_| self.rows(seed))),
            self.client.batch_execute("COMMIT"),
        );
        begun?;
        written?;
        Ok(committed?)
    }

    async fn rows(&self, seed: &Seed) -> anyhow::Result<()> {
        let (id, organization) = (builders::uuid().to_string(), seed.organization.id.to_string());
        let (thread, user) = (seed.thread.id.to_string(), seed.owner.id.to_string());
        let text = super::sends::TEXT;
        let message: [&(dyn ToSql + Sync); 6] = [&id, &organization, &thread, &user, &text, &text];
        let event: [&(dyn ToSql + Sync); 3] = [&organization, &thread, &id];
        let (message, event) = futures_util::join!(
            self.client.execute(&self.message, &message),
            self.client.execute(&self.event, &event),
        );
        message?;
        event?;
        Ok(())
    }
}

/// Runs statements beside the store: those for one database or the other.
pub async fn run(place: &Place, in_sqlite: &str, in_postgres: &str) -> anyhow::Result<()> {
    match place {
        Place::Sqlite(path) => {
            let (path, statements) = (path.to_string_lossy().into_owned(), in_sqlite.to_owned());
            let running = move || -> anyhow::Result<()> {
                let mut connection = SqliteConnection::establish(&path)?;
                Ok(connection.batch_execute(&format!("PRAGMA busy_timeout = 20000; {statements}"))?)
            };
            tokio::task::spawn_blocking(running).await?
        }
        Place::Postgres(url) => Ok(connect(url).await?.batch_execute(in_postgres).await?),
    }
}

/// A connection beside the store's.
pub async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    #[expect(clippy::disallowed_methods, reason = "it ends with the client")]
    tokio::spawn(connection);
    Ok(client)
}
