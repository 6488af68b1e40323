//! Tool calls, read with the message that they belong to.

use std::sync::Arc;

use serde_json::json;
use stead_domain::{
    Json,
    page::Position,
    ports::store::{Change, Outcome, Store, ToolCallChange, UniqueKey},
    tool_call::{ToolCall, ToolCallState},
};

use super::{
    expectations::{apply, apply_one, conflict_of},
    scenes::{message_now, messages, page},
};
use crate::builders::{self, Seed, Turn};

fn insert(call: &ToolCall) -> Change {
    Change::ToolCall(ToolCallChange::Insert(call.clone()))
}

fn end(call: &ToolCall, state: ToolCallState) -> Change {
    Change::ToolCall(ToolCallChange::End(call.id, state))
}

async fn calls_now(store: &dyn Store, turn: &Turn) -> Vec<ToolCall> {
    message_now(store, &turn.answer).await.tool_calls
}

fn every_end() -> [ToolCallState; 3] {
    let result = Json::trusted(json!({"content": [{"type": "text", "text": "22 °C ☀️"}], "structured": null}));
    [
        ToolCallState::Succeeded { result, truncated: true, end_time: builders::at() },
        ToolCallState::Failed { error: "zu langsam 🐌".to_owned(), end_time: builders::at() },
        ToolCallState::Interrupted { end_time: builders::at() },
    ]
}

pub async fn every_kind_of_tool_call_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let mut calls = vec![ToolCall {
        server: "сервер".to_owned(),
        tool_name: "find/ümlaut".to_owned(),
        arguments: Json::trusted(json!([{"deep": {"er": [true, null, 1.25]}}])),
        ..builders::tool_call(&turn)
    }];
    for arguments in [json!(null), json!("text"), json!(7), json!({})] {
        calls.push(ToolCall { arguments: Json::trusted(arguments), ..builders::tool_call(&turn) });
    }
    calls.push(ToolCall { step: 63, ..builders::tool_call(&turn) });
    for call in &calls {
        assert_eq!(apply_one(&*store, insert(call)).await, Outcome::Inserted);
    }
    assert_eq!(calls_now(&*store, &turn).await, calls);
}

pub async fn tool_calls_come_in_the_order_they_were_asked_for(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let earlier = builders::tool_call(&turn);
    let calls = [builders::tool_call(&turn), builders::tool_call(&turn), ToolCall { step: 2, ..earlier }];
    apply(&*store, [insert(&calls[2]), insert(&calls[0]), insert(&calls[1])]).await;
    assert_eq!(calls_now(&*store, &turn).await, calls);

    let listed = messages(&*store, &seed.thread, page(Position::Newest, 10)).await.items;
    assert_eq!(listed[1].tool_calls, calls);
    assert_eq!(listed[0].tool_calls, vec![]);
}

pub async fn a_tool_call_ends_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    for state in every_end() {
        let call = builders::tool_call(&turn);
        apply_one(&*store, insert(&call)).await;
        assert_eq!(apply_one(&*store, end(&call, state.clone())).await, Outcome::Updated);
        for again in every_end() {
            assert_eq!(apply_one(&*store, end(&call, again)).await, Outcome::Unchanged);
        }
        let last = calls_now(&*store, &turn).await.pop();
        assert_eq!(last, Some(ToolCall { state, ..call }));
    }
}

pub async fn the_end_of_an_unknown_tool_call_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let unknown = builders::tool_call(&turn);
    let state = ToolCallState::Interrupted { end_time: builders::at() };
    assert_eq!(apply_one(&*store, end(&unknown, state)).await, Outcome::Unchanged);
    assert_eq!(calls_now(&*store, &turn).await, vec![]);
}

pub async fn a_tool_calls_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let call = builders::tool_call(&turn);
    apply_one(&*store, insert(&call)).await;
    assert_eq!(conflict_of(&*store, insert(&call)).await, UniqueKey::Id);
    assert_eq!(calls_now(&*store, &turn).await, vec![call]);
}
