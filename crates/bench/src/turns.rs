//! The two commits of a turn without a model: the one that accepts it and starts its run, and the one that ends it.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    Json,
    message::MessageStatus,
    ports::{
        Store,
        store::{
            Change, Commit, Committed, FinishMessage, FinishRun, Guard, MessageChange, Outcome, RunChange, ThreadChange,
        },
    },
    run::{Lease, LeaseOwner, RunStatus, RunStep, RunStepKind, RunStepState, Usage},
    thread::Thread,
};
use stead_testkit::builders::{self, Seed, Turn};

use crate::{
    measure::{Line, a_second, rate},
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
        let turns = rate(writers, Duration::from_secs(2), |writer| {
            let (store, thread) = (Arc::clone(&database.store), threads[writer].clone());
            move || turn(Arc::clone(&store), thread.clone())
        });
        figures.push((name, a_second(turns.await?)));
    }
    Ok(Line { what: format!("{}: turns (accepted, ended)", database.name), figures })
}

async fn turn(store: Arc<dyn Store>, thread: Thread) -> anyhow::Result<()> {
    let turn = builders::turn(&thread);
    let owner = LeaseOwner(builders::uuid());
    let Committed::Done(outcomes) = store.commit(accept(&thread, &turn, owner)).await? else {
        anyhow::bail!("a turn was replayed");
    };
    let Some(Outcome::Started(_, fence)) = outcomes.last() else { anyhow::bail!("a run was not started") };
    store.commit(end(&thread, &turn, Lease { owner, fence: *fence })).await?;
    Ok(())
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
            Guard::QueueRoom { conversation, agent, max: 10 },
        ],
        changes,
        events: vec![builders::event(thread), builders::event(thread), builders::event(thread)],
        ..Commit::default()
    }
}

fn end(thread: &Thread, turn: &Turn, lease: Lease) -> Commit {
    let (conversation, agent, at) = (thread.id, thread.agent_id, turn.message.created_at);
    let content = "An answer of a sentence or two, as they are. And the other one.".to_owned();
    let text = content.clone();
    let finish = FinishMessage {
        message: turn.answer.id,
        content_html: content.clone(),
        content,
        metadata: Json::empty(),
        status: MessageStatus::Complete,
    };
    let step = RunStep {
        attempt: 1,
        n: 0,
        kind: RunStepKind::Model { text, tool_calls: Vec::new() },
        state: RunStepState::Done,
        usage: Usage::default(),
    };
    let ended = FinishRun {
        run: turn.run.id,
        status: RunStatus::Completed,
        model: Some("model".to_owned()),
        error: None,
        usage: Usage::default(),
        at,
    };
    Commit {
        guards: vec![
            Guard::Thread { organization: thread.organization_id, conversation },
            Guard::RunLease { run: turn.run.id, lease: lease.clone() },
        ],
        changes: vec![
            Change::Message(MessageChange::Finish(finish)),
            Change::Run(RunChange::Step(turn.run.id, step)),
            Change::Run(RunChange::Finish(ended)),
            Change::Thread(ThreadChange::Touch { conversation, at }),
            Change::Run(RunChange::StartNext { conversation, agent, owner: lease.owner, at }),
        ],
        events: vec![builders::event(thread), builders::event(thread)],
        ..Commit::default()
    }
}
