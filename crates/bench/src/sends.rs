//! Commits as a send makes them: a member's guard, a message, its event and the thread's last activity.

use std::{sync::Arc, time::Duration};

use stead_domain::ports::store::{Change, Commit, Guard, MessageChange, ThreadChange};
use stead_testkit::builders::{self, Seed};

use crate::{
    measure::{Line, a_second, of, rate},
    raw::Raw,
    store::Database,
};

/// What is said.
pub const TEXT: &str = "The quick brown fox jumps over the lazy dog";

pub async fn measure(database: &Database, floor: &Raw) -> anyhow::Result<Line> {
    let mut figures = Vec::new();
    for (name, writers) in [("1 writer", 1), ("32 writers", 32)] {
        let sends = sends_a_second(database, writers).await?;
        let beside = if writers == 1 {
            String::new()
        } else {
            of(sends, &[("one each", floor.each), ("32 in one", floor.grouped)])
        };
        figures.push((name, format!("{}{beside}", a_second(sends))));
    }
    Ok(Line { what: format!("{}: sends (guard, message, event)", database.name), figures })
}

async fn sends_a_second(database: &Database, writers: usize) -> anyhow::Result<f64> {
    let seed = Seed::commit(database.store.as_ref()).await;
    let mut threads = Vec::new();
    for _ in 0..writers {
        threads.push(seed.another_thread(database.store.as_ref()).await);
    }
    rate(writers, Duration::from_secs(3), |writer| {
        let (store, thread, user) = (Arc::clone(&database.store), threads[writer].clone(), seed.owner.id);
        move || {
            let message = builders::user_message(&thread, TEXT);
            let conversation = thread.id;
            let commit = Commit {
                guards: vec![Guard::Member { conversation, user }],
                changes: vec![
                    Change::Thread(ThreadChange::Touch { conversation, at: message.created_at }),
                    Change::Message(MessageChange::Insert(message)),
                ],
                events: vec![builders::event(&thread)],
                ..Commit::default()
            };
            let store = Arc::clone(&store);
            async move { store.commit(commit).await.map(drop).map_err(Into::into) }
        }
    })
    .await
}
