//! Deleted users and organizations: gone at once, what they leave is removed bit by bit.

use std::sync::Arc;

use stead_domain::{
    Json,
    agent::Agent,
    message::{Author, Message},
    page::Position,
    ports::store::{
        AgentChange, AgentViewer, Change, Commit, InvitationChange, MessageChange, OrganizationChange, Outcome,
        RunChange, SessionChange, SetSources, Store, ThreadChange, ToolCallChange, UniqueKey, UserChange, UserFilter,
    },
    run::{RunStep, RunStepKind, RunStepState, Usage},
    source::{Source, SourceId},
    text::Handle,
    user::User,
};

use super::{
    expectations::{apply, apply_one, conflict_of, done},
    scenes::{insert_message, message_now, page, running_turn},
};
use crate::builders::{self, Seed};

async fn delete_user(store: &dyn Store, user: &User) -> Outcome {
    apply_one(store, Change::User(UserChange::Delete { user: user.id, at: builders::at() })).await
}

async fn delete_organization(store: &dyn Store, seed: &Seed) -> Outcome {
    let delete = OrganizationChange::Delete { organization: seed.organization.id, at: builders::at() };
    apply_one(store, Change::Organization(delete)).await
}

/// Purges to the end; says how many times something was removed.
async fn purge_to_the_end(store: &dyn Store, purge: Change) -> usize {
    for rounds in 0..1_000 {
        match apply_one(store, purge.clone()).await {
            Outcome::Updated => {}
            Outcome::Unchanged => return rounds,
            other @ (Outcome::Inserted | Outcome::Started(..)) => panic!("a purge came to {other:?}"),
        }
    }
    panic!("a purge does not come to an end")
}

fn purge_user(user: &User, at_most: u32) -> Change {
    Change::User(UserChange::Purge { user: user.id, at: builders::at(), at_most })
}

fn purge_organization(seed: &Seed, at_most: u32) -> Change {
    Change::Organization(OrganizationChange::Purge { organization: seed.organization.id, at_most })
}

pub async fn a_deleted_user_is_not_found_any_more(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let session = builders::session(&user);
    apply_one(&*store, Change::Session(SessionChange::Insert(session.clone()))).await;
    assert_eq!(delete_user(&*store, &user).await, Outcome::Updated);
    assert_eq!(delete_user(&*store, &user).await, Outcome::Unchanged);

    assert_eq!(store.find_user(user.organization_id, user.id).await.unwrap(), None);
    assert_eq!(store.find_credentials(user.email.as_ref().unwrap()).await.unwrap(), None);
    assert_eq!(store.find_session(session.id).await.unwrap(), None);
    assert_eq!(store.find_profile(&user.handle).await.unwrap(), None);
    let everybody = UserFilter {
        organization: seed.organization.id,
        search: None,
        with_deactivated: true,
        page: page(Position::Newest, 100),
    };
    assert_eq!(store.list_users(everybody).await.unwrap().items, std::slice::from_ref(&seed.owner));
    assert_eq!(apply_one(&*store, Change::User(UserChange::Update(user))).await, Outcome::Unchanged);
}

pub async fn a_deleted_users_address_and_handle_are_free(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let also = seed.another_user(&*store).await;
    delete_user(&*store, &user).await;
    delete_user(&*store, &also).await;
    let heir = User { handle: user.handle, email: user.email, ..builders::user(&seed.organization) };
    assert_eq!(apply_one(&*store, Change::User(UserChange::Insert(heir, None))).await, Outcome::Inserted);
}

pub async fn a_deleted_users_agents_are_deleted_and_blank(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let agent = builders::personal_agent(&user);
    let thread = builders::thread(&agent, &seed.owner);
    let thread_inserted = Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()));
    apply(&*store, [Change::Agent(AgentChange::Insert(agent.clone())), thread_inserted]).await;
    delete_user(&*store, &user).await;

    let now = store.find_agent(agent.organization_id, agent.id).await.unwrap().expect("a tombstone");
    assert!(now.deleted_at.is_some() && now.version > agent.version);
    assert_eq!((now.instructions.as_str(), now.description.as_str()), ("", ""));
    assert_ne!((now.handle, now.display_name), (agent.handle.clone(), agent.display_name.clone()));
    let heir = Agent { handle: agent.handle, ..builders::agent(&seed.organization) };
    assert_eq!(apply_one(&*store, Change::Agent(AgentChange::Insert(heir.clone()))).await, Outcome::Inserted);
    let viewer = AgentViewer { user: seed.owner.id, is_admin: true };
    let agents = store.list_agents(seed.organization.id, viewer, page(Position::Newest, 100)).await.unwrap();
    assert_eq!(agents.items, [seed.agent.clone(), heir]);
    // Somebody else's thread with it stays, whatever is purged.
    purge_to_the_end(&*store, purge_user(&user, 500)).await;
    assert_eq!(store.find_thread(thread.organization_id, thread.id).await.unwrap(), Some(thread));
}

pub async fn a_user_who_is_not_deleted_is_not_purged(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let messages = seed.messages(&*store, 2).await;
    assert_eq!(apply_one(&*store, purge_user(&seed.owner, 500)).await, Outcome::Unchanged);
    assert_eq!(message_now(&*store, &messages[0]).await.message, messages[0]);
    assert_eq!(apply_one(&*store, purge_user(&builders::user(&seed.organization), 5)).await, Outcome::Unchanged);
}

pub async fn a_purged_users_threads_are_gone_with_all_that_hangs_on_them(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, _lease) = running_turn(&*store, &seed).await;
    let call = builders::tool_call(&turn);
    apply_one(&*store, Change::ToolCall(ToolCallChange::Insert(call.clone()))).await;
    seed.messages(&*store, 5).await;
    let second = seed.another_thread(&*store).await;
    delete_user(&*store, &seed.owner).await;
    let rounds = purge_to_the_end(&*store, purge_user(&seed.owner, 2)).await;
    assert!(rounds >= 4, "{rounds}");
    for thread in [&seed.thread, &second] {
        assert_eq!(store.find_thread(thread.organization_id, thread.id).await.unwrap(), None);
        let again = Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()));
        assert_eq!(apply_one(&*store, again).await, Outcome::Inserted, "nothing of it is left");
    }
    let again = turn.changes().into_iter().chain([Change::ToolCall(ToolCallChange::Insert(call))]);
    assert!(apply(&*store, again).await.iter().all(|outcome| *outcome == Outcome::Inserted));
}

pub async fn a_purged_users_messages_elsewhere_keep_their_place_without_text(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let mut written = Vec::new();
    for n in 0..5 {
        let message = Message {
            author: Author::User(user.id),
            metadata: Json::empty().with("private", "yes"),
            ..builders::user_message(&seed.thread, &format!("Secret {n}"))
        };
        insert_message(&*store, &message).await;
        written.push(message);
    }
    let kept = seed.messages(&*store, 1).await.remove(0);
    delete_user(&*store, &user).await;
    purge_to_the_end(&*store, purge_user(&user, 2)).await;
    for message in &written {
        let now = message_now(&*store, message).await.message;
        assert_eq!((now.content.as_str(), now.content_html.as_str()), ("", ""));
        assert_eq!((now.metadata.clone(), now.author), (Json::empty(), message.author));
        assert!(now.version > message.version);
    }
    assert_eq!(message_now(&*store, &kept).await.message, kept);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 6);
}

pub async fn what_was_said_in_a_purged_users_stead_keeps_its_place_without_text(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let asked = seed.messages(&*store, 1).await.remove(0);
    let (turn, _lease) = running_turn(&*store, &seed).await;
    let author = Author::Agent { agent: seed.agent.id, on_behalf_of: Some(user.id) };
    let said = |content: &str| Message {
        author,
        from_ai: true,
        run_id: Some(turn.run.id),
        ..builders::user_message(&seed.thread, content)
    };
    let (one, other) = (said("In their stead [1]"), said("Again"));
    insert_message(&*store, &one).await;
    insert_message(&*store, &other).await;
    let organization = seed.organization.id;
    let source = Source { n: 1, id: SourceId::Message(asked.id), version: 1, cited: true };
    let sources =
        SetSources { organization, conversation: one.conversation_id, message: one.id, sources: vec![source] };
    let kind = RunStepKind::Model { text: one.content.clone(), tool_calls: Vec::new() };
    let step = RunStep { attempt: 1, n: 0, kind, state: RunStepState::Done, usage: Usage::default() };
    let step = RunChange::Step(turn.run.id, step);
    apply(&*store, [Change::Message(MessageChange::SetSources(sources)), Change::Run(step)]).await;
    delete_user(&*store, &user).await;
    purge_to_the_end(&*store, purge_user(&user, 1)).await;
    for message in [&one, &other] {
        let now = message_now(&*store, message).await.message;
        assert_eq!((now.content.as_str(), now.content_html.as_str(), now.author), ("", "", author));
        assert!(now.deleted_at.is_some() && now.version > message.version);
    }
    assert_eq!(store.list_sources(organization, vec![one.id]).await.unwrap(), []);
    assert_eq!(store.list_run_steps(organization, vec![turn.run.id]).await.unwrap(), []);
    assert_eq!(message_now(&*store, &asked).await.message, asked);
}

pub async fn a_deleted_organization_is_gone_with_its_users(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let member = seed.another_user(&*store).await;
    let invitation = builders::invitation(&seed.owner);
    apply_one(&*store, Change::Invitation(InvitationChange::Insert(invitation.clone()))).await;
    assert_eq!(delete_organization(&*store, &seed).await, Outcome::Updated);
    assert_eq!(delete_organization(&*store, &seed).await, Outcome::Unchanged);
    assert_eq!(store.find_organization(seed.organization.id).await.unwrap(), None);
    assert_eq!(store.find_invitation(invitation.id).await.unwrap(), None);
    for user in [&seed.owner, &member] {
        assert_eq!(store.find_user(user.organization_id, user.id).await.unwrap(), None);
    }
    let heir = User { email: member.email, handle: member.handle, ..builders::user(&other.organization) };
    assert_eq!(apply_one(&*store, Change::User(UserChange::Insert(heir, None))).await, Outcome::Inserted);
    assert_eq!(store.find_user(other.organization.id, other.owner.id).await.unwrap(), Some(other.owner));
}

pub async fn a_purged_organization_leaves_nothing(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (turn, _lease) = running_turn(&*store, &seed).await;
    let session = builders::session(&seed.owner);
    let agent = builders::personal_agent(&seed.owner);
    let invitation = builders::invitation(&seed.owner);
    let more = vec![
        Change::Session(SessionChange::Insert(session)),
        Change::Agent(AgentChange::Insert(agent)),
        Change::Invitation(InvitationChange::Insert(invitation)),
        Change::ToolCall(ToolCallChange::Insert(builders::tool_call(&turn))),
        Change::Audit(builders::audit(&seed.owner, &seed.thread)),
    ];
    let keyed = Commit {
        idempotency: Some(builders::idempotency(&seed.owner, "key")),
        changes: more.clone(),
        ..Commit::default()
    };
    done(&*store, keyed).await;
    assert_eq!(apply_one(&*store, purge_organization(&seed, 500)).await, Outcome::Unchanged, "it is not deleted");

    delete_organization(&*store, &seed).await;
    let rounds = purge_to_the_end(&*store, purge_organization(&seed, 3)).await;
    assert!(rounds >= 4, "{rounds}");
    let again = seed.changes().into_iter().chain(turn.changes()).chain(more);
    assert!(apply(&*store, again).await.iter().all(|outcome| *outcome == Outcome::Inserted));
    assert_eq!(store.find_thread(other.organization.id, other.thread.id).await.unwrap(), Some(other.thread));
}

pub async fn a_deleted_user_is_remembered_for_what_refers_to_them(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    delete_user(&*store, &user).await;
    purge_to_the_end(&*store, purge_user(&user, 500)).await;
    // Their id is not given to anybody else.
    let reborn = User { handle: Handle::parse("reborn").unwrap(), email: None, ..user };
    let insert = Change::User(UserChange::Insert(reborn, None));
    let key = conflict_of(&*store, insert).await;
    assert_eq!(key, UniqueKey::Id);
}
