//! Guards: each held and not held. Those of a deleted thread are in `deletion`, the jobs' lease in `jobs`.

use std::sync::Arc;

use stead_domain::{
    agent::Agent,
    message::Message,
    organization::Organization,
    ports::store::{
        AgentChange, Change, Commit, Guard, MessageChange, OrganizationChange, Store, ThreadChange, UniqueKey,
        UserChange, Versioned,
    },
    run::{Lease, RunStatus},
    thread::Thread,
    user::User,
};

use super::{
    expectations::{apply_one, conflict, done, holds, refused},
    scenes::{end_of, finish, insert_message, message_ids, running_turn, thread_guard, thread_now, worker},
};
use crate::builders::{self, Seed};

pub async fn a_member_guard_holds_for_members_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let member = |conversation, user| Guard::Member { conversation, user };
    assert!(holds(&*store, member(seed.thread.id, seed.owner.id)).await);
    assert!(!holds(&*store, member(seed.thread.id, other.owner.id)).await);
    assert!(!holds(&*store, member(other.thread.id, seed.owner.id)).await);
    assert!(!holds(&*store, member(builders::id(), seed.owner.id)).await);
}

pub async fn a_thread_guard_holds_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let thread = |organization, conversation| Guard::Thread { organization, conversation };
    assert!(holds(&*store, thread_guard(&seed.thread)).await);
    assert!(!holds(&*store, thread(other.organization.id, seed.thread.id)).await);
    assert!(!holds(&*store, thread(seed.organization.id, builders::id())).await);
}

pub async fn an_agent_guard_holds_until_the_agent_is_deleted(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let agent = seed.another_agent(&*store).await;
    let guard = |organization, agent| Guard::Agent { organization, agent };
    assert!(holds(&*store, guard(seed.organization.id, agent.id)).await);
    assert!(!holds(&*store, guard(other.organization.id, agent.id)).await);
    assert!(!holds(&*store, guard(seed.organization.id, builders::id())).await);
    let deleted = Agent { deleted_at: Some(builders::at()), ..agent.clone() };
    apply_one(&*store, Change::Agent(AgentChange::Update(deleted))).await;
    assert!(!holds(&*store, guard(seed.organization.id, agent.id)).await);
}

pub async fn a_newest_guard_holds_for_the_newest_active_message(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let newest = |message| Guard::Newest { conversation: seed.thread.id, message };
    assert!(holds(&*store, newest(None)).await);
    assert!(!holds(&*store, newest(Some(builders::id()))).await);

    let messages = seed.messages(&*store, 2).await;
    insert_message(&*store, &Message { active: false, ..builders::user_message(&seed.thread, "Elsewhere") }).await;
    assert!(holds(&*store, newest(Some(messages[1].id))).await);
    assert!(!holds(&*store, newest(Some(messages[0].id))).await);
    assert!(!holds(&*store, newest(None)).await);
}

pub async fn a_queue_room_guard_counts_the_agents_queued_runs(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let agent = seed.another_agent(&*store).await;
    let room = |agent, max| Guard::QueueRoom { conversation: seed.thread.id, agent, max };
    assert!(holds(&*store, room(seed.agent.id, 1)).await);
    assert!(!holds(&*store, room(seed.agent.id, 0)).await);

    let (running, lease) = running_turn(&*store, &seed).await;
    assert!(holds(&*store, room(seed.agent.id, 1)).await, "a running one is not queued");
    seed.turn(&*store).await;
    seed.turn(&*store).await;
    assert!(!holds(&*store, room(seed.agent.id, 1)).await);
    assert!(!holds(&*store, room(seed.agent.id, 2)).await);
    assert!(holds(&*store, room(seed.agent.id, 3)).await);
    assert!(holds(&*store, room(agent.id, 1)).await, "another agent's queue");
    let elsewhere = seed.another_thread(&*store).await;
    let room_elsewhere = Guard::QueueRoom { conversation: elsewhere.id, agent: seed.agent.id, max: 1 };
    assert!(holds(&*store, room_elsewhere).await);

    finish(&*store, &lease, end_of(running.run.id, RunStatus::Completed)).await;
    assert!(!holds(&*store, room(seed.agent.id, 2)).await, "an ended one is not queued");
}

pub async fn a_version_guard_holds_for_the_version_that_is_there(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let organization = Organization { version: 5, ..seed.organization.clone() };
    let user = User { version: 6, ..seed.owner.clone() };
    let agent = Agent { version: 7, ..seed.agent.clone() };
    let thread = Thread { version: 8, ..seed.thread.clone() };
    let subjects = [
        (Versioned::Organization(organization.id), Change::Organization(OrganizationChange::Update(organization)), 5),
        (Versioned::User(user.id), Change::User(UserChange::Update(user)), 6),
        (Versioned::Agent(agent.id), Change::Agent(AgentChange::Update(agent)), 7),
        (Versioned::Thread(thread.id), Change::Thread(ThreadChange::Update(thread)), 8),
    ];
    for (subject, update, version) in subjects {
        let guard = |version| Guard::Version(subject, version);
        assert!(holds(&*store, guard(1)).await, "{subject:?}");
        assert!(!holds(&*store, guard(2)).await, "{subject:?}");
        done(&*store, builders::guarded([guard(1)], [update.clone()])).await;
        assert!(holds(&*store, guard(version)).await, "{subject:?}");
        assert_eq!(refused(&*store, builders::guarded([guard(1)], [update])).await, guard(1));
    }
}

pub async fn a_version_guard_of_an_unknown_subject_does_not_hold(store: Arc<dyn Store>) {
    Seed::commit(&*store).await;
    for subject in [
        Versioned::Organization(builders::id()),
        Versioned::User(builders::id()),
        Versioned::Agent(builders::id()),
        Versioned::Thread(builders::id()),
    ] {
        assert!(!holds(&*store, Guard::Version(subject, 1)).await, "{subject:?}");
    }
}

pub async fn a_run_lease_guard_holds_for_owner_and_fence(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let guard = |run, lease| Guard::RunLease { run, lease };
    assert!(holds(&*store, guard(turn.run.id, lease.clone())).await);
    assert!(!holds(&*store, guard(turn.run.id, Lease { owner: worker(), ..lease.clone() })).await);
    for fence in [lease.fence - 1, lease.fence + 1] {
        assert!(!holds(&*store, guard(turn.run.id, Lease { fence, ..lease.clone() })).await);
    }
    let queued = seed.turn(&*store).await;
    assert!(!holds(&*store, guard(queued.run.id, Lease { fence: 0, ..lease.clone() })).await);
    assert!(!holds(&*store, guard(builders::id(), lease)).await);
}

pub async fn a_run_status_guard_holds_for_that_status(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let all = [
        RunStatus::Queued,
        RunStatus::Running,
        RunStatus::AwaitingApproval,
        RunStatus::Completed,
        RunStatus::Failed,
        RunStatus::Cancelled,
        RunStatus::Expired,
    ];
    let mut runs = Vec::new();
    for status in all.into_iter().filter(|status| status.has_ended()) {
        let (turn, lease) = running_turn(&*store, &seed).await;
        finish(&*store, &lease, end_of(turn.run.id, status)).await;
        runs.push((turn.run.id, status));
    }
    runs.push((running_turn(&*store, &seed).await.0.run.id, RunStatus::Running));
    runs.push((seed.turn(&*store).await.run.id, RunStatus::Queued));
    for (run, is) in runs {
        for status in all {
            assert_eq!(holds(&*store, Guard::RunStatus { run, status }).await, status == is, "{is:?}: {status:?}");
        }
    }
    assert!(!holds(&*store, Guard::RunStatus { run: builders::id(), status: RunStatus::Queued }).await);
}

pub async fn the_first_guard_that_does_not_hold_is_named(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let holding = thread_guard(&seed.thread);
    let version = Guard::Version(Versioned::Thread(seed.thread.id), 9);
    let newest = Guard::Newest { conversation: seed.thread.id, message: Some(builders::id()) };
    let agent = Guard::Agent { organization: seed.organization.id, agent: builders::id() };
    for [first, second, third] in
        [[&version, &newest, &agent], [&newest, &agent, &version], [&agent, &version, &newest]]
    {
        let guards = [holding.clone(), first.clone(), second.clone(), third.clone()];
        assert_eq!(refused(&*store, builders::guarded(guards, [])).await, *first);
    }
}

pub async fn a_refused_commit_leaves_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = builders::user_message(&seed.thread, "Refused");
    let renamed = Thread { archived: true, version: 2, ..seed.thread.clone() };
    let commit = Commit {
        idempotency: Some(builders::idempotency(&seed.owner, "refused")),
        guards: vec![thread_guard(&seed.thread), Guard::Version(Versioned::Thread(seed.thread.id), 9)],
        changes: vec![
            Change::Message(MessageChange::Insert(message.clone())),
            Change::Thread(ThreadChange::Update(renamed)),
        ],
        events: vec![builders::event(&seed.thread)],
        jobs: vec![builders::job(&seed.thread)],
    };
    let record = commit.idempotency.clone().unwrap();
    assert_eq!(refused(&*store, commit).await, Guard::Version(Versioned::Thread(seed.thread.id), 9));
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![]);
    assert_eq!(thread_now(&*store, &seed.thread).await, seed.thread);
    assert_eq!(store.find_idempotency(&record.scope).await.unwrap(), None);
    assert_eq!(store.claim_jobs(worker(), 10).await.unwrap(), vec![]);
    super::events::nothing_is_logged(&*store, &seed).await;
}

pub async fn guards_are_checked_before_changes(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = builders::user_message(&seed.thread, "First");
    let newest = Guard::Newest { conversation: seed.thread.id, message: None };
    let insert = Change::Message(MessageChange::Insert(message.clone()));
    done(&*store, builders::guarded([newest.clone()], [insert.clone()])).await;
    // The second time the guard fails and so would the change: the guard is named.
    assert_eq!(
        refused(&*store, builders::guarded([newest], [insert.clone()])).await,
        Guard::Newest { conversation: seed.thread.id, message: None }
    );
    let holding = Guard::Newest { conversation: seed.thread.id, message: Some(message.id) };
    let key = conflict(&*store, builders::guarded([holding], [insert])).await;
    assert_eq!(key, UniqueKey::Id);
}
