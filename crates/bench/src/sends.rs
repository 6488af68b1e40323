//! Commits as a send makes them: a message and its event, by 1 and by 32 writers.

use std::{sync::Arc, time::Duration};

use stead_domain::ports::store::{Change, Commit, Guard, MessageChange, ThreadChange};
use stead_testkit::builders::{self, Seed};

use crate::{
    measure::{Line, rate},
    store::Database,
};

pub async fn measure(database: &Database) -> anyhow::Result<Line> {
    let mut figures = Vec::new();
    for (name, writers) in [("1 writer", 1), ("32 writers", 32)] {
        let seed = Seed::commit(database.store.as_ref()).await;
        let mut threads = Vec::new();
        for _ in 0..writers {
            threads.push(seed.another_thread(database.store.as_ref()).await);
        }
        let a_second = rate(writers, Duration::from_secs(3), |writer| {
            let (store, thread, user) = (Arc::clone(&database.store), threads[writer].clone(), seed.owner.id);
            move || {
                let message = builders::user_message(&thread, "The quick brown fox jumps over the lazy dog");
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
        });
        figures.push((name, format!("{:.0}/s", a_second.await?)));
    }
    Ok(Line { what: format!("{}: sends (guard, message, event)", database.name), figures })
}
