//! The list of 20 threads with 3 messages each, among 50 threads of 500 messages.

use stead_domain::ports::store::{Change, ThreadChange, ThreadFilter, ThreadOwner};
use stead_testkit::builders::{self, Seed};

use crate::{
    measure::{Line, times},
    store::Database,
};

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
    let times = times(500, || async { store.list_threads(filter).await.map(drop).map_err(Into::into) }).await?;
    Ok(Line { what: format!("{}: 20 threads with 3 messages", database.name), figures: times.figures() })
}
