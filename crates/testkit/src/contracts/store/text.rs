//! Every text, time and JSON value comes back as it was written.

use std::sync::Arc;

use serde_json::{Value, json};
use stead_domain::{
    Json, Timestamp,
    agent::Agent,
    message::{Message, MessageStatus},
    organization::Organization,
    ports::store::{
        AgentChange, AppendChunks, Change, FinishMessage, FinishRun, MessageChange, OrganizationChange, SessionChange,
        Store, ThreadChange, ToolCallChange, UserChange,
    },
    run::{RunError, RunErrorCode, RunStatus},
    session::Session,
    text::Text,
    thread::Thread,
    tool_call::{ToolCall, ToolCallState},
    user::User,
};

use super::{
    expectations::{apply, apply_one},
    run_chunks::text_chunk,
    scenes::{end_of, finish, insert_message, message_now, run_now, running_turn, thread_now},
};
use crate::builders::{self, Seed};

/// Texts that something on the way might change.
const TEXTS: [&str; 16] = [
    " kept  as \t written \r\n",
    "Żółć, ñandú, Straße, ﬁ",
    "e\u{301} is not é",
    "مرحبا بالعالم \u{202e}olleh\u{202c}",
    "עברית and English",
    "日本語と한국어",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇭 👍🏽",
    "\u{feff}mark\u{200b}less",
    "'; DROP TABLE users; --",
    "\"quoted\" \\ back\\slash \\u0041 \\n",
    "% _ * ? [a-z] $1 :name @x #y",
    "<script>alert('x')</script> &amp; &#0;",
    "{\"json\": [1, null]}",
    "\u{1}\u{7}\u{1b}[31m\u{7f}\u{85}",
    "\u{fffd}\u{fffe}\u{ffff}\u{10ffff}\u{e000}",
    "NULL",
];

fn short<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::parse(text).expect("a short text")
}

pub async fn texts_of_accounts_are_kept_as_written(store: Arc<dyn Store>) {
    for text in TEXTS {
        let seed = Seed::commit(&*store).await;
        let organization = Organization { name: short(text), ..seed.organization };
        let user = User { display_name: short(text), bio: Some(short(text)), ..seed.owner };
        let session = Session { user_agent: Some(text.to_owned()), ..builders::session(&user) };
        apply(
            &*store,
            [
                Change::Organization(OrganizationChange::Update(organization.clone())),
                Change::User(UserChange::Update(user.clone())),
                Change::Session(SessionChange::Insert(session.clone())),
            ],
        )
        .await;
        assert_eq!(store.find_session(session.id).await.unwrap(), Some((session, user)));
        assert_eq!(store.find_organization(organization.id).await.unwrap(), Some(organization));
    }
}

pub async fn texts_of_agents_and_threads_are_kept_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for text in TEXTS {
        let agent = Agent {
            display_name: short(text),
            avatar_url: Some(text.to_owned()),
            description: short(text),
            instructions: short(text),
            model: Some(short(text)),
            ..builders::agent(&seed.organization)
        };
        let metadata = Json::metadata(json!({ text: [text, { "nested": text }] })).unwrap();
        let thread = Thread { title: Some(short(text)), metadata, ..builders::thread(&seed.agent, &seed.owner) };
        apply(
            &*store,
            [
                Change::Agent(AgentChange::Insert(agent.clone())),
                Change::Thread(ThreadChange::Insert(thread.clone(), builders::id())),
            ],
        )
        .await;
        assert_eq!(store.find_agent(agent.organization_id, agent.id).await.unwrap(), Some(agent));
        assert_eq!(thread_now(&*store, &thread).await, thread);
    }
}

pub async fn texts_of_turns_are_kept_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for text in TEXTS {
        let (turn, lease) = running_turn(&*store, &seed).await;
        let result = Json::trusted(json!({ "content": text }));
        let mut calls = [
            ToolCall {
                server: text.to_owned(),
                tool_name: text.to_owned(),
                arguments: Json::trusted(json!(text)),
                ..builders::tool_call(&turn)
            },
            builders::tool_call(&turn),
        ];
        let end = FinishMessage {
            message: turn.answer.id,
            content: text.to_owned(),
            content_html: text.to_owned(),
            metadata: Json::empty().with("text", text),
            status: MessageStatus::Complete,
        };
        let mut changes = vec![Change::Message(MessageChange::Finish(end))];
        changes.extend(calls.iter().map(|call| Change::ToolCall(ToolCallChange::Insert(call.clone()))));
        calls[0].state = ToolCallState::Succeeded { result, truncated: true, end_time: builders::at() };
        calls[1].state = ToolCallState::Failed { error: text.to_owned(), end_time: builders::at() };
        changes.extend(calls.iter().map(|call| Change::ToolCall(ToolCallChange::End(call.id, call.state.clone()))));
        apply(&*store, changes).await;
        let chunks = vec![text_chunk(0, 0, text)];
        let append = AppendChunks { run: turn.run.id, lease: lease.clone(), attempt: 1, chunks: chunks.clone() };
        store.append_run_chunks(append).await.unwrap();
        let error = RunError { code: RunErrorCode::Internal, message: text.to_owned() };
        let end = FinishRun {
            model: Some(text.to_owned()),
            error: Some(error.clone()),
            ..end_of(turn.run.id, RunStatus::Failed)
        };
        finish(&*store, &lease, end).await;

        let answer = message_now(&*store, &turn.answer).await;
        assert_eq!((answer.message.content.as_str(), answer.message.content_html.as_str()), (text, text));
        assert_eq!(answer.message.metadata, Json::empty().with("text", text));
        assert_eq!(answer.tool_calls, calls);
        assert_eq!(store.list_run_chunks(turn.run.id, 1, 0).await.unwrap(), chunks);
        let run = run_now(&*store, &turn.run).await;
        assert_eq!((run.model.as_deref(), run.error), (Some(text), Some(error)));
    }
}

pub async fn the_longest_texts_are_kept_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for letter in ["x", "ü", "語", "🙂"] {
        let message = Message {
            content_html: letter.repeat(160_000),
            metadata: Json::metadata(json!({ "long": "x".repeat(Json::METADATA_BYTES - 11) })).unwrap(),
            ..builders::user_message(&seed.thread, &letter.repeat(40_000))
        };
        insert_message(&*store, &message).await;
        assert_eq!(message_now(&*store, &message).await.message, message);
    }
    let title = Some(Text::parse("🧵".repeat(200)).unwrap());
    let thread = Thread { title, version: 2, ..seed.thread };
    apply_one(&*store, Change::Thread(ThreadChange::Update(thread.clone()))).await;
    assert_eq!(thread_now(&*store, &thread).await, thread);
}

pub async fn every_shape_of_json_is_kept_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut nested: Value = json!("bottom");
    for n in 0..60 {
        nested = if n % 2 == 0 { json!([nested]) } else { json!({ "in": nested }) };
    }
    for value in [
        json!({}),
        json!({"": {}, " ": [], "a.b": null, "ü\"\\": false}),
        json!({"min": i64::MIN, "max": u64::MAX, "float": 1.5, "small": 1e-7, "tenth": 0.1, "minus": -2.75}),
        json!({"zero": 0, "text": "0", "empty": "", "list": [[], [[]], {"a": []}]}),
        json!({"deep": nested}),
        json!({"many": (0..1_000).collect::<Vec<i32>>()}),
    ] {
        let metadata = Json::metadata(value).unwrap();
        let message = Message { metadata: metadata.clone(), ..builders::user_message(&seed.thread, "Hello") };
        let thread = Thread { metadata, ..builders::thread(&seed.agent, &seed.owner) };
        insert_message(&*store, &message).await;
        apply_one(&*store, Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))).await;
        assert_eq!(message_now(&*store, &message).await.message, message);
        assert_eq!(thread_now(&*store, &thread).await, thread);
    }
}

pub async fn every_time_is_kept_to_the_microsecond(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for micros in [
        0,
        -1,
        1,
        999_999,
        1_700_000_000_123_456,
        -62_135_596_800_000_000, // the first moment of the year 1
        253_402_300_799_999_999, // the last of the year 9999
    ] {
        let at = Timestamp::from_unix_micros(micros).unwrap();
        let thread = Thread {
            created_at: at,
            updated_at: at,
            last_activity_at: at,
            ..builders::thread(&seed.agent, &seed.owner)
        };
        apply_one(&*store, Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))).await;
        assert_eq!(thread_now(&*store, &thread).await, thread);
    }
}
