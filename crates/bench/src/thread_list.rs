//! The list of 20 threads with 3 messages each: among 50 threads of 500 messages, then among 1,000 and 100,000 threads of the
//! same person with the same agent.

use stead_domain::ports::store::{Change, ThreadChange, ThreadFilter, ThreadOwner};
use stead_testkit::builders::{self, Seed};

use crate::{
    measure::{Line, Times, millis, times},
    raw,
    store::Database,
};

/// More threads like the first, older than all of them, each with a message.
const MORE_IN_SQLITE: &str = "
    CREATE TEMP TABLE more AS
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {COUNT})
        SELECT randomblob(16) AS id, i FROM n;
    INSERT INTO conversations SELECT more.id, c.organization_id, c.kind, NULL, 1, c.created_at, c.updated_at, NULL
        FROM more, conversations c WHERE c.id = (SELECT min(id) FROM threads);
    INSERT INTO threads SELECT more.id, t.organization_id, t.agent_id, t.user_id, NULL, NULL, t.title_source, t.metadata, 0,
        t.last_activity_at - 1000000 * more.i FROM more, threads t WHERE t.id = (SELECT min(id) FROM threads);
    INSERT INTO messages (id, organization_id, conversation_id, author_kind, author_user_id, role, from_ai, content,
            content_html, metadata, active, status, version, created_at)
        SELECT randomblob(16), t.organization_id, more.id, 'user', t.user_id, 'user', 0, 'Hello', 'Hello', '{}', 1,
            'complete', 1, t.last_activity_at FROM more JOIN threads t ON t.id = more.id;
    DROP TABLE more;";
const MORE_IN_POSTGRES: &str = "
    CREATE TEMP TABLE more AS SELECT gen_random_uuid() AS id, i FROM generate_series(1, {COUNT}) AS n (i);
    INSERT INTO conversations SELECT more.id, c.organization_id, c.kind, NULL, 1, c.created_at, c.updated_at, NULL
        FROM more, conversations c WHERE c.id = (SELECT id FROM threads ORDER BY id LIMIT 1);
    INSERT INTO threads SELECT more.id, t.organization_id, t.agent_id, t.user_id, NULL, NULL, t.title_source, t.metadata,
        false, t.last_activity_at - more.i * interval '1 second'
        FROM more, threads t WHERE t.id = (SELECT id FROM threads ORDER BY id LIMIT 1);
    INSERT INTO messages (id, organization_id, conversation_id, author_kind, author_user_id, role, from_ai, content,
            content_html, metadata, active, status, version, created_at)
        SELECT gen_random_uuid(), t.organization_id, more.id, 'user', t.user_id, 'user', false, 'Hello', 'Hello', '{}', true,
            'complete', 1, t.last_activity_at FROM more JOIN threads t ON t.id = more.id;
    DROP TABLE more;
    ANALYZE;";

/// Takes a database that is empty: what is listed is what is in it.
pub async fn measure(database: &Database) -> anyhow::Result<Line> {
    let store = database.store.as_ref();
    let mut seed = Seed::commit(store).await;
    for _ in 0..50 {
        let thread = builders::thread(&seed.agent, &seed.owner);
        let insert = Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()));
        store.commit(builders::commit([insert])).await?;
        seed.thread = thread;
        seed.messages(store, 500).await;
    }
    let among_50 = list(database, &seed).await?;
    more(database, 950).await?;
    let among_1_000 = list(database, &seed).await?;
    more(database, 99_000).await?;
    let among_100_000 = list(database, &seed).await?;
    let ratio = among_100_000.median().as_secs_f64() / among_1_000.median().as_secs_f64();
    let mut figures = among_50.figures();
    figures.push(("among 1,000 p50", millis(among_1_000.median())));
    figures.push(("among 100,000 p50", format!("{} ({ratio:.2} times)", millis(among_100_000.median()))));
    Ok(Line { what: format!("{}: (c) 20 threads with 3 messages", database.name), figures })
}

async fn list(database: &Database, seed: &Seed) -> anyhow::Result<Times> {
    let store = database.store.as_ref();
    let filter = ThreadFilter {
        organization: seed.organization.id,
        agent: seed.agent.id,
        owner: ThreadOwner::User(seed.owner.id),
        archived: None,
        limit: 20,
        offset: 0,
        message_limit: 3,
    };
    let listed = store.list_threads(filter).await?;
    anyhow::ensure!(listed.len() == 20 && listed.iter().all(|(_, messages)| messages.len() == 3), "not what was asked");
    times(1_000, || async { store.list_threads(filter).await.map(drop).map_err(Into::into) }).await
}

async fn more(database: &Database, count: u32) -> anyhow::Result<()> {
    let filled = |statements: &str| statements.replace("{COUNT}", &count.to_string());
    raw::run(&database.place, &filled(MORE_IN_SQLITE), &filled(MORE_IN_POSTGRES)).await
}
