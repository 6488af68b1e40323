//! Turns and new threads in groups on Postgres: they come to what they would come to alone.

use std::{collections::HashSet, sync::Arc};

use futures_util::future::join_all;
use stead_domain::{
    Json,
    event::EventPage,
    message::MessageStatus,
    ports::{
        Store,
        store::{
            Change, Commit, Committed, FinishMessage, FinishRun, Guard, MessageChange, Outcome, RunChange, StoreError,
            ThreadChange, UniqueKey,
        },
    },
    run::{Lease, LeaseOwner, RunError, RunErrorCode, RunStatus, RunStep, RunStepKind, RunStepState, Usage},
    thread::Thread,
};
use stead_testkit::builders::{self, Seed, Turn};

use crate::stores;

/// More than two groups hold.
const MANY: usize = 40;

struct Talk {
    thread: Thread,
    turn: Turn,
    lease: Lease,
}

fn accept(thread: &Thread, turn: &Turn, owner: LeaseOwner) -> Commit {
    let (conversation, agent, at) = (thread.id, thread.agent_id, turn.message.created_at);
    let mut changes = turn.changes();
    changes.push(Change::Thread(ThreadChange::Touch { conversation, at }));
    changes.push(Change::Run(RunChange::StartNext { conversation, agent, owner, at }));
    Commit {
        guards: vec![
            Guard::Thread { organization: thread.organization_id, conversation },
            Guard::Agent { organization: thread.organization_id, agent },
            Guard::QueueRoom { conversation, agent, max: 2 },
        ],
        changes,
        events: vec![builders::event(thread), builders::event(thread)],
        ..Commit::default()
    }
}

fn end(talk: &Talk, status: RunStatus) -> Commit {
    let (conversation, agent, at) = (talk.thread.id, talk.thread.agent_id, builders::at());
    let usage = Usage { input_tokens: 3, output_tokens: 5, cached_tokens: Some(2), cost_micros: 7 };
    let finish = FinishMessage {
        message: talk.turn.answer.id,
        content: "Fine.".to_owned(),
        content_html: "<p>Fine.</p>".to_owned(),
        metadata: Json::empty().with("model", "small"),
        status: MessageStatus::Complete,
    };
    let step = RunStep {
        attempt: 1,
        n: 0,
        kind: RunStepKind::Model { text: "Fine.".to_owned(), tool_calls: Vec::new() },
        state: RunStepState::Done,
        usage,
    };
    let error = (status == RunStatus::Failed)
        .then(|| RunError { code: RunErrorCode::ModelProtocol, message: "It did not answer.".to_owned() });
    let run = talk.turn.run.id;
    let model = Some("small".to_owned());
    Commit {
        guards: vec![
            Guard::Thread { organization: talk.thread.organization_id, conversation },
            Guard::RunLease { run, lease: talk.lease.clone() },
        ],
        changes: vec![
            Change::Message(MessageChange::Finish(finish)),
            Change::Run(RunChange::Step(run, step)),
            Change::Run(RunChange::Finish(FinishRun { run, status, model, error, usage, at })),
            Change::Thread(ThreadChange::Touch { conversation, at }),
            Change::Run(RunChange::StartNext { conversation, agent, owner: talk.lease.owner, at }),
        ],
        events: vec![builders::event(&talk.thread), builders::event(&talk.thread)],
        ..Commit::default()
    }
}

async fn at_once(store: &Arc<dyn Store>, commits: Vec<Commit>) -> Vec<Result<Committed, StoreError>> {
    join_all(commits.into_iter().map(|commit| store.commit(commit))).await
}

fn done(answer: &Result<Committed, StoreError>) -> &[Outcome] {
    match answer {
        Ok(Committed::Done(outcomes)) => outcomes,
        other => panic!("{other:?}"),
    }
}

/// Turns that were accepted at the same time and are under way.
async fn under_way(store: &Arc<dyn Store>, seed: &Seed, count: usize) -> Vec<Talk> {
    let mut threads = Vec::new();
    for _ in 0..count {
        threads.push(seed.another_thread(store.as_ref()).await);
    }
    let owner = LeaseOwner(builders::uuid());
    let turns: Vec<Turn> = threads.iter().map(builders::turn).collect();
    let commits = threads.iter().zip(&turns).map(|(thread, turn)| accept(thread, turn, owner));
    let answers = at_once(store, commits.collect()).await;
    let talks = threads.into_iter().zip(turns).zip(answers).map(|((thread, turn), answer)| {
        let [Outcome::Inserted, Outcome::Inserted, Outcome::Inserted, Outcome::Updated, Outcome::Started(run, fence)] =
            *done(&answer)
        else {
            panic!("{answer:?}")
        };
        assert_eq!((run, fence), (turn.run.id, 1));
        Talk { thread, turn, lease: Lease { owner, fence } }
    });
    talks.collect()
}

/// In how many transactions so many events were committed.
async fn transactions(store: &Arc<dyn Store>, events: usize) -> usize {
    loop {
        let EventPage::Events(log) = store.list_events(None, 1_000).await.unwrap() else { panic!("void") };
        if log.len() == events {
            return log.iter().map(|logged| logged.cursor.transaction).collect::<HashSet<_>>().len();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_begin_and_end_together() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let talks = under_way(&store, &seed, MANY).await;
    let begun = transactions(&store, 2 * MANY).await;
    assert!(begun < MANY / 2, "{begun} transactions");
    for talk in &talks {
        let found = store.find_message(seed.organization.id, talk.turn.answer.id).await.unwrap().unwrap();
        assert_eq!((found.message.status, found.message.version), (MessageStatus::Streaming, 2));
        let run = store.find_run(seed.organization.id, talk.turn.run.id).await.unwrap().unwrap();
        assert_eq!((run.status, run.attempt), (RunStatus::Running, 1));
    }

    let statuses = [RunStatus::Completed, RunStatus::Failed];
    let ends = talks.iter().enumerate().map(|(n, talk)| end(talk, statuses[n % 2]));
    for answer in at_once(&store, ends.collect()).await {
        let expected = [Outcome::Updated, Outcome::Inserted, Outcome::Updated, Outcome::Updated, Outcome::Unchanged];
        assert_eq!(done(&answer), expected);
    }
    let ended = transactions(&store, 4 * MANY).await - begun;
    assert!(ended < MANY / 2, "{ended} transactions");
    for (n, talk) in talks.iter().enumerate() {
        let found = store.find_message(seed.organization.id, talk.turn.answer.id).await.unwrap().unwrap().message;
        assert_eq!((found.content.as_str(), found.status, found.version), ("Fine.", MessageStatus::Complete, 3));
        assert_eq!(found.metadata, Json::empty().with("model", "small"));
        let run = store.find_run(seed.organization.id, talk.turn.run.id).await.unwrap().unwrap();
        assert_eq!((run.status, run.model.as_deref()), (statuses[n % 2], Some("small")));
        assert_eq!(run.usage, Usage { input_tokens: 3, output_tokens: 5, cached_tokens: Some(2), cost_micros: 7 });
        assert_eq!(run.error.map(|error| error.code), (n % 2 == 1).then_some(RunErrorCode::ModelProtocol));
        assert!(run.ended_at.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_lost_its_run_ends_nothing_and_the_others_end() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let mut talks = under_way(&store, &seed, 16).await;
    talks[5].lease.fence += 1;
    talks[9].lease.owner = LeaseOwner(builders::uuid());
    let answers = at_once(&store, talks.iter().map(|talk| end(talk, RunStatus::Completed)).collect()).await;
    for (n, (talk, answer)) in talks.iter().zip(&answers).enumerate() {
        let run = store.find_run(seed.organization.id, talk.turn.run.id).await.unwrap().unwrap();
        if n == 5 || n == 9 {
            assert!(matches!(answer, Err(StoreError::Refused(Guard::RunLease { .. }))), "{answer:?}");
            assert_eq!(run.status, RunStatus::Running);
        } else {
            done(answer);
            assert_eq!(run.status, RunStatus::Completed);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_turns_in_one_thread_one_starts_and_as_many_wait_as_there_is_room_for() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let owner = LeaseOwner(builders::uuid());
    let turns: Vec<Turn> = (0..8).map(|_| builders::turn(&seed.thread)).collect();
    let answers = at_once(&store, turns.iter().map(|turn| accept(&seed.thread, turn, owner)).collect()).await;
    let started: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().ok())
        .filter(
            |committed| matches!(committed, Committed::Done(outcomes) if matches!(outcomes[4], Outcome::Started(..))),
        )
        .collect();
    let refused = |answer: &&Result<_, _>| matches!(answer, Err(StoreError::Refused(Guard::QueueRoom { .. })));
    assert_eq!((started.len(), answers.iter().filter(refused).count()), (1, 5), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_run_starts_the_next_one() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let talks = under_way(&store, &seed, 12).await;
    let next: Vec<Turn> = talks.iter().map(|talk| builders::turn(&talk.thread)).collect();
    let waiting = talks.iter().zip(&next).map(|(talk, turn)| accept(&talk.thread, turn, talk.lease.owner));
    for answer in at_once(&store, waiting.collect()).await {
        assert_eq!(done(&answer)[4], Outcome::Unchanged);
    }
    let answers = at_once(&store, talks.iter().map(|talk| end(talk, RunStatus::Completed)).collect()).await;
    for (turn, answer) in next.iter().zip(&answers) {
        assert_eq!(done(answer)[4], Outcome::Started(turn.run.id, 1));
        let found = store.find_message(seed.organization.id, turn.answer.id).await.unwrap().unwrap();
        assert_eq!(found.message.status, MessageStatus::Streaming);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_are_made_together() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let threads: Vec<Thread> = (0..MANY).map(|_| builders::thread(&seed.agent, &seed.owner)).collect();
    let make = |thread: &Thread, key: String| Commit {
        idempotency: Some(builders::idempotency(&seed.owner, &key)),
        guards: vec![Guard::Agent { organization: seed.organization.id, agent: seed.agent.id }],
        changes: vec![Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))],
        events: vec![builders::event(thread)],
        ..Commit::default()
    };
    let commits = threads.iter().map(|thread| make(thread, thread.id.to_string()));
    for answer in at_once(&store, commits.collect()).await {
        assert_eq!(done(&answer), [Outcome::Inserted]);
    }
    for thread in &threads {
        assert_eq!(store.find_thread(seed.organization.id, thread.id).await.unwrap().as_ref(), Some(thread));
    }
    let transactions = transactions(&store, MANY).await;
    assert!(transactions < MANY / 2, "{transactions} transactions");
    let guarded = threads.iter().map(|thread| Commit {
        guards: vec![Guard::Member { conversation: thread.id, user: seed.owner.id }],
        events: vec![builders::event(thread)],
        ..Commit::default()
    });
    at_once(&store, guarded.collect()).await.iter().for_each(|answer| assert!(done(answer).is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_threads_with_one_id_one_is_made() {
    let (store, _database) = stores::postgres().await;
    let seed = Seed::commit(store.as_ref()).await;
    let threads: Vec<Thread> = (0..12).map(|_| builders::thread(&seed.agent, &seed.owner)).collect();
    let twice = threads.iter().chain(&threads);
    let commits = twice.map(|it| builders::commit([Change::Thread(ThreadChange::Insert(it.clone(), builders::id()))]));
    let answers = at_once(&store, commits.collect()).await;
    let taken = answers.iter().filter(|answer| matches!(answer, Err(StoreError::Conflict(UniqueKey::Id)))).count();
    assert_eq!((taken, answers.iter().filter(|answer| answer.is_ok()).count()), (12, 12), "{answers:?}");
}
