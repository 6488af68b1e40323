//! Commits in groups on Postgres: what they share, and that they come to what they would come to alone.

use std::{collections::HashSet, sync::Arc};

use futures_util::future::join_all;
use stead_adapter_sql::{PostgresOptions, PostgresStore};
use stead_domain::{
    event::EventPage,
    idempotency::IdempotencyRecord,
    ports::{
        Store,
        store::{Change, Commit, Committed, Guard, MessageChange, Outcome, StoreError, ThreadChange, UserChange},
    },
    thread::Thread,
    user::{OrganizationRole, User},
};
use stead_testkit::builders::{self, Seed};

use crate::stores::{self, database};

/// What sending a message takes.
fn send(seed: &Seed, thread: &Thread, key: &str) -> Commit {
    let message = builders::user_message(thread, key);
    let touch = ThreadChange::Touch { conversation: thread.id, at: message.created_at };
    Commit {
        idempotency: Some(builders::idempotency(&seed.owner, key)),
        guards: vec![
            Guard::Thread { organization: seed.organization.id, conversation: thread.id },
            Guard::User { organization: seed.organization.id, user: seed.owner.id, at_least: OrganizationRole::Member },
            Guard::Agent { organization: seed.organization.id, agent: seed.agent.id },
        ],
        changes: vec![Change::Thread(touch), Change::Message(MessageChange::Insert(message))],
        events: vec![builders::event(thread), builders::event(thread)],
        jobs: vec![builders::job(thread)],
    }
}

async fn at_once(store: &Arc<dyn Store>, commits: Vec<Commit>) -> Vec<Result<Committed, StoreError>> {
    join_all(commits.into_iter().map(|commit| store.commit(commit))).await
}

async fn threads(store: &Arc<dyn Store>, seed: &Seed, count: usize) -> Vec<Thread> {
    let mut threads = Vec::new();
    for _ in 0..count {
        threads.push(seed.another_thread(store.as_ref()).await);
    }
    threads
}

fn done(answer: &Result<Committed, StoreError>) -> &[Outcome] {
    match answer {
        Ok(Committed::Done(outcomes)) => outcomes,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_wait_share_transactions_and_keep_their_order() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let threads = threads(&store, &seed, 40).await;
    let commits: Vec<Commit> = threads.iter().map(|thread| send(&seed, thread, &thread.id.to_string())).collect();
    for answer in at_once(&store, commits.clone()).await {
        assert_eq!(done(&answer), [Outcome::Updated, Outcome::Inserted]);
    }
    let events = loop {
        let EventPage::Events(events) = store.list_events(None, 1_000).await.unwrap() else { panic!("void") };
        if events.len() == 80 {
            break events;
        }
        tokio::task::yield_now().await;
    };
    let transactions: HashSet<i64> = events.iter().map(|logged| logged.cursor.transaction).collect();
    assert!(transactions.len() < 40, "{} transactions", transactions.len());
    for commit in &commits {
        let at = events.iter().position(|logged| logged.event == commit.events[0]).unwrap();
        assert_eq!(events[at + 1].event, commit.events[1], "the events of a commit follow each other");
    }
    let again = at_once(&store, commits.clone()).await;
    for (commit, answer) in commits.into_iter().zip(again) {
        assert_eq!(answer.unwrap(), Committed::Replayed(commit.idempotency.unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_among_those_that_wait_is_done_once() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let threads = threads(&store, &seed, 4).await;
    let commits = (0..32).map(|n| send(&seed, &threads[n % 4], &format!("key {}", n % 8))).collect();
    let answers = at_once(&store, commits).await;
    let keys: Vec<&IdempotencyRecord> = answers
        .iter()
        .filter_map(|answer| if let Ok(Committed::Replayed(key)) = answer { Some(key) } else { None })
        .collect();
    let done = answers.iter().filter(|answer| matches!(answer, Ok(Committed::Done(_)))).count();
    assert_eq!((done, keys.len()), (8, 24), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_refused_or_conflicts_changes_nothing_for_the_others() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let threads = threads(&store, &seed, 24).await;
    let elsewhere = builders::thread(&seed.agent, &seed.owner);
    let taken = seed.messages(store.as_ref(), 1).await.remove(0);
    let gone = User { deactivated_at: Some(builders::at()), ..builders::user(&seed.organization) };
    let insert = Change::User(UserChange::Insert(gone.clone(), None));
    store.commit(builders::commit([insert])).await.unwrap();
    let commits = threads.iter().enumerate().map(|(n, thread)| {
        let mut commit = send(&seed, thread, &format!("{n}"));
        match n % 8 {
            3 => commit.guards[0] = Guard::Thread { organization: seed.organization.id, conversation: elsewhere.id },
            1 => {
                let (organization, at_least) = (seed.organization.id, OrganizationRole::Member);
                commit.guards[1] = Guard::User { organization, user: gone.id, at_least };
            }
            5 => commit.changes.push(Change::Message(MessageChange::Insert(taken.clone()))),
            _ => {}
        }
        commit
    });
    for (n, answer) in at_once(&store, commits.collect()).await.iter().enumerate() {
        match n % 8 {
            3 => assert!(matches!(answer, Err(StoreError::Refused(Guard::Thread { .. }))), "{answer:?}"),
            1 => assert!(matches!(answer, Err(StoreError::Refused(Guard::User { .. }))), "{answer:?}"),
            5 => assert!(matches!(answer, Err(StoreError::Conflict(_))), "{answer:?}"),
            _ => assert_eq!(done(answer), [Outcome::Updated, Outcome::Inserted]),
        }
    }
    for (n, thread) in threads.iter().enumerate() {
        let kept = i64::from(![1, 3, 5].contains(&(n % 8)));
        assert_eq!(store.count_messages(thread.id).await.unwrap(), kept);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_touches_of_one_thread_each_sees_the_one_before() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let at = builders::at();
    let touch = || builders::commit([Change::Thread(ThreadChange::Touch { conversation: seed.thread.id, at })]);
    let answers = at_once(&store, (0..16).map(|_| touch()).collect()).await;
    let updated = answers.iter().filter(|answer| done(answer) == [Outcome::Updated]).count();
    // The same time twice changes nothing.
    assert!(updated <= 1, "{answers:?}");
    let later = at.plus(std::time::Duration::from_secs(60));
    let touch = builders::commit([Change::Thread(ThreadChange::Touch { conversation: seed.thread.id, at: later })]);
    let answers = at_once(&store, vec![touch; 16]).await;
    assert_eq!(answers.iter().filter(|answer| done(answer) == [Outcome::Updated]).count(), 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_that_follow_the_same_message_one_is_done() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let threads = threads(&store, &seed, 8).await;
    for round in 0..3 {
        let mut commits = Vec::new();
        for n in 0..32 {
            let thread = &threads[n % 8];
            let message = store.newest_message(thread.id).await.unwrap();
            let mut commit = send(&seed, thread, &format!("{round} {n}"));
            commit.guards.push(Guard::Newest { conversation: thread.id, message });
            commits.push(commit);
        }
        let answers = at_once(&store, commits).await;
        let refused = |answer: &&Result<_, _>| matches!(answer, Err(StoreError::Refused(Guard::Newest { .. })));
        assert_eq!(answers.iter().filter(refused).count(), 24, "{answers:?}");
        for thread in &threads {
            assert_eq!(store.count_messages(thread.id).await.unwrap(), round + 1);
        }
    }
}

/// Two nodes with two writers each, and commits that lock the same rows in every order.
#[tokio::test(flavor = "multi_thread")]
async fn writers_do_not_wait_for_each_other_in_a_circle() {
    let database = database().await;
    let node = || async { PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap() };
    let nodes: [Arc<dyn Store>; 2] = [Arc::new(node().await), Arc::new(node().await)];
    let seed = Seed::commit(nodes[0].as_ref()).await;
    let threads = threads(&nodes[0], &seed, 6).await;
    let rounds = nodes.iter().enumerate().map(|(n, store)| {
        let commits = (0..120).map(|at| {
            let (one, other) = (&threads[at % 6], &threads[(at * 5 + n + 1) % 6]);
            let mut commit = send(&seed, one, &format!("{n} {at}"));
            if one.id != other.id {
                let touch = ThreadChange::Touch { conversation: other.id, at: builders::at() };
                commit.changes.push(Change::Thread(touch));
                commit.guards.push(Guard::Thread { organization: seed.organization.id, conversation: other.id });
            }
            commit
        });
        at_once(store, commits.collect())
    });
    for answer in join_all(rounds).await.iter().flatten() {
        done(answer);
    }
    let client = database.client().await.unwrap();
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(client.query_one(deadlocks, &[]).await.unwrap().get::<_, i64>(0), 0);
}
