//! What answers in rooms stand on: sources, surroundings, how people want to be stood in for, and runs whose answer gets
//! its row at the end.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    MessageId,
    channel::{Channel, ChannelKind},
    message::{Author, Message},
    page::{Page, PageLimit, Position},
    persona::{AnswersADay, Cooldown, Persona, PersonaHistory, PersonaInstructions},
    ports::store::{
        Change, ChannelChange, Guard, MessageChange, Outcome, RunChange, SetSources, Store, ToolCallChange, Versioned,
    },
    run::Run,
    source::{KeptSource, Source, SourceId},
    tool_call::ToolCall,
    usage::UsagePurpose,
    user::User,
};

use super::{
    expectations::{apply, apply_one, holds},
    scenes::{insert_message, start_next_of, worker},
};
use crate::builders::{self, Seed};

async fn room(store: &dyn Store, owner: &User, kind: ChannelKind) -> Channel {
    let channel = builders::channel(owner, kind);
    let members = vec![builders::channel_admin(&channel, owner.id)];
    let key = builders::name_key(&channel);
    apply_one(store, Change::Channel(ChannelChange::Insert(channel.clone(), key, members))).await;
    channel
}

async fn said(store: &dyn Store, room: &Channel, user: &User, content: &str) -> Message {
    let message = builders::channel_message(room, user.id, content);
    insert_message(store, &message).await;
    message
}

fn stood_in(room: &Channel, seed: &Seed, owner: &User, content: &str) -> Message {
    let author = Author::Agent { agent: seed.agent.id, on_behalf_of: Some(owner.id) };
    Message { author, from_ai: true, ..builders::channel_message(room, owner.id, content) }
}

pub async fn sources_are_kept_with_their_message(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let room = room(&*store, &seed.owner, ChannelKind::Public).await;
    let one = said(&*store, &room, &seed.owner, "One").await;
    let other = said(&*store, &room, &seed.owner, "Other").await;
    let answer = said(&*store, &room, &seed.owner, "Answer [1]").await;
    let source = |n, message: &Message, cited| Source { n, id: SourceId::Message(message.id), version: 1, cited };
    let missing = Source { n: 3, id: SourceId::File(builders::id()), version: 4, cited: false };
    let set = |sources| {
        Change::Message(MessageChange::SetSources(SetSources {
            organization: seed.organization.id,
            conversation: room.id,
            message: answer.id,
            sources,
        }))
    };
    apply_one(&*store, set(vec![source(9, &one, false)])).await;
    let kept = vec![source(1, &one, true), source(2, &other, false), missing];
    apply_one(&*store, set(kept.clone())).await;
    let list = || store.list_sources(seed.organization.id, vec![answer.id, one.id]);
    let expected = |stale: [bool; 3]| -> Vec<(MessageId, KeptSource)> {
        let kept = kept.iter().copied().zip(stale);
        kept.map(|(source, is_stale)| (answer.id, KeptSource { source, is_stale })).collect()
    };
    assert_eq!(list().await.unwrap(), expected([false, false, true]));

    let elsewhere = Seed::commit(&*store).await;
    assert_eq!(store.list_sources(elsewhere.organization.id, vec![answer.id]).await.unwrap(), []);
    assert_eq!(store.list_sources(seed.organization.id, vec![]).await.unwrap(), []);

    assert_eq!(apply_one(&*store, set(vec![])).await, Outcome::Updated);
    assert_eq!(list().await.unwrap(), []);
}

pub async fn what_was_said_around_a_message_is_found(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let rooms =
        [room(&*store, &seed.owner, ChannelKind::Public).await, room(&*store, &seed.owner, ChannelKind::Private).await];
    let mut in_first = Vec::new();
    for n in 0..9 {
        in_first.push(said(&*store, &rooms[0], &seed.owner, &format!("{n}")).await.id);
        said(&*store, &rooms[1], &seed.owner, "Elsewhere").await;
    }
    let reply = builders::channel_message(&rooms[0], seed.owner.id, "A reply");
    let reply = Message { reply_to_id: Some(in_first[3]), ..reply };
    insert_message(&*store, &reply).await;
    let around = |of: MessageId, before, after| {
        let (store, organization, room) = (Arc::clone(&store), seed.organization.id, rooms[0].id);
        async move { store.surroundings(organization, &[(room, of)], before, after).await.unwrap() }
    };
    let near = [in_first[1], in_first[2], in_first[4], in_first[5], reply.id].to_vec();
    assert_eq!(around(in_first[3], 2, 2).await, [(in_first[3], near)]);
    let first = [in_first[1]].to_vec();
    assert_eq!(around(in_first[0], 3, 1).await, [(in_first[0], first)]);
    let answered = [in_first[3], in_first[8]].to_vec();
    assert_eq!(around(reply.id, 1, 3).await, [(reply.id, answered)]);
    let all: Vec<_> = in_first.iter().map(|id| (rooms[0].id, *id)).collect();
    assert_eq!(store.surroundings(seed.organization.id, &all, 1, 1).await.unwrap().len(), 9);
    let elsewhere = Seed::commit(&*store).await;
    assert_eq!(store.surroundings(elsewhere.organization.id, &all, 1, 1).await.unwrap(), []);
    assert_eq!(store.surroundings(seed.organization.id, &[], 1, 1).await.unwrap(), []);
}

fn persona(user: &User) -> Persona {
    Persona {
        enabled: false,
        instructions: PersonaInstructions::parse("Be brief.\n🙂").unwrap(),
        history: PersonaHistory::parse(7, 3).unwrap(),
        cooldown: Cooldown::parse(5).unwrap(),
        mention_cooldown: Cooldown::parse(86_400).unwrap(),
        answers_a_day: AnswersADay::parse(0).unwrap(),
        left_out: vec![builders::id(), builders::id()],
        version: 1,
        updated_at: builders::at(),
        ..Persona::unset(user.organization_id, user.id).unwrap()
    }
}

pub async fn how_somebody_wants_to_be_stood_in_for_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (owner, organization) = (&seed.owner, seed.organization.id);
    assert_eq!(store.find_persona(organization, owner.id).await.unwrap(), None);
    let version = |version| Guard::Version(Versioned::Persona(owner.id), version);
    assert!(holds(&*store, version(0)).await && !holds(&*store, version(1)).await);
    let first = persona(owner);
    apply_one(&*store, Change::Persona(first.clone())).await;
    assert_eq!(store.find_persona(organization, owner.id).await.unwrap(), Some(first.clone()));
    let second = Persona { enabled: true, left_out: vec![], version: 2, ..first };
    apply_one(&*store, Change::Persona(second.clone())).await;
    assert_eq!(store.find_persona(organization, owner.id).await.unwrap(), Some(second));
    assert!(holds(&*store, version(2)).await && !holds(&*store, version(0)).await);
    let elsewhere = Seed::commit(&*store).await;
    assert_eq!(store.find_persona(elsewhere.organization.id, owner.id).await.unwrap(), None);
}

pub async fn what_was_said_in_somebodys_stead_is_counted_and_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = &seed.owner;
    let room = room(&*store, owner, ChannelKind::Public).await;
    assert_eq!(store.last_stood_in(owner.id, room.id).await.unwrap(), None);
    let answers: Vec<Message> = (0..3).map(|n| stood_in(&room, &seed, owner, &format!("{n}"))).collect();
    for answer in &answers {
        insert_message(&*store, answer).await;
    }
    said(&*store, &room, owner, "Myself").await;
    let last = answers.last().unwrap();
    assert_eq!(store.last_stood_in(owner.id, room.id).await.unwrap(), Some(last.created_at));
    assert_eq!(store.last_stood_in(seed.another_user(&*store).await.id, room.id).await.unwrap(), None);
    let times = |since, most| store.times_stood_in(owner.id, since, most);
    let first = answers[0].created_at;
    assert_eq!(times(first, 10).await.unwrap(), 3);
    assert_eq!(times(first, 2).await.unwrap(), 2);
    assert_eq!(times(last.created_at.plus(Duration::from_secs(1)), 10).await.unwrap(), 0);
    let page = Page { position: Position::Newest, limit: PageLimit::parse(2).unwrap() };
    let listed = store.list_stood_in(seed.organization.id, owner.id, first, page).await.unwrap();
    assert_eq!(listed.items, [answers[1].id, answers[2].id]);
    assert!(listed.has_older && !listed.has_newer);
    let elsewhere = Seed::commit(&*store).await;
    let listed = store.list_stood_in(elsewhere.organization.id, owner.id, first, page).await.unwrap();
    assert_eq!(listed.items, []);
}

pub async fn what_somebody_wrote_themselves_is_found(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = &seed.owner;
    let other = seed.another_user(&*store).await;
    let rooms = [room(&*store, owner, ChannelKind::Public).await, room(&*store, owner, ChannelKind::Private).await];
    let mut mine = Vec::new();
    for n in 0..4 {
        mine.push(said(&*store, &rooms[n % 2], owner, "Mine").await.id);
        said(&*store, &rooms[n % 2], &other, "Theirs").await;
    }
    insert_message(&*store, &stood_in(&rooms[0], &seed, owner, "Not mine")).await;
    mine.reverse();
    let both = [rooms[0].id, rooms[1].id];
    let by = |rooms: Vec<_>, limit| {
        let (store, organization, user) = (Arc::clone(&store), seed.organization.id, owner.id);
        async move { store.said_by(organization, user, &rooms, limit).await.unwrap() }
    };
    assert_eq!(by(both.to_vec(), 10).await, mine);
    assert_eq!(by(both.to_vec(), 3).await, mine[..3]);
    assert_eq!(by(vec![rooms[1].id], 10).await, [mine[0], mine[2]]);
    assert_eq!(by(vec![], 10).await, []);
}

pub async fn a_run_gets_its_answer_at_its_end(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let room = room(&*store, &seed.owner, ChannelKind::Public).await;
    let asked = said(&*store, &room, &seed.owner, "Ask").await;
    let template = builders::turn(&seed.thread);
    let run = Run {
        conversation_id: room.id,
        trigger_message_id: asked.id,
        answer_message_id: None,
        purpose: UsagePurpose::StandIn,
        ..template.run.clone()
    };
    apply_one(&*store, Change::Run(RunChange::Insert(run.clone()))).await;
    let started = apply_one(&*store, start_next_of(room.id, run.agent_id, worker())).await;
    assert!(matches!(started, Outcome::Started(id, _) if id == run.id), "{started:?}");
    let call = ToolCall { message_id: run.told_as(), run_id: run.id, ..builders::tool_call(&template) };
    apply_one(&*store, Change::ToolCall(ToolCallChange::Insert(call.clone()))).await;
    let answer = said(&*store, &room, &seed.owner, "Answer").await;
    let answered = RunChange::Answer { run: run.id, message: answer.id };
    assert_eq!(apply(&*store, [Change::Run(answered.clone())]).await, [Outcome::Updated]);
    let now = store.find_run(seed.organization.id, run.id).await.unwrap().unwrap();
    assert_eq!((now.answer_message_id, now.purpose), (Some(answer.id), UsagePurpose::StandIn));
    let calls = store.list_tool_calls(seed.organization.id, run.id).await.unwrap();
    assert_eq!(calls.iter().map(|call| (call.id, call.message_id)).collect::<Vec<_>>(), [(call.id, answer.id)]);
    assert_eq!(apply(&*store, [Change::Run(answered)]).await, [Outcome::Unchanged]);
    let elsewhere = Seed::commit(&*store).await;
    assert_eq!(store.list_tool_calls(elsewhere.organization.id, run.id).await.unwrap(), []);
}
