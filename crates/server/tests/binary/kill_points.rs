//! The built binary dies at every named step of a turn with two tool calls. Whoever goes on makes no call twice that may
//! have had its effect, every call and the run end, and the model's endpoint accepts the history afterwards.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use stead_testkit::{
    fakes::tool,
    mcp_wire::{AnswersBy, McpHttpServer, McpReply},
    openai_wire::{RecordedRequest, Reply},
};

use super::taken_over::wire;
use crate::harness::{
    Account, Setup, Talk,
    account::registration,
    call::Address,
    events::{assert_positions, content},
    process::Process,
};

on_both!(a_turn_with_tools_survives_a_death_at_every_step);

/// Every step, as often as the turn comes by. It comes by more often than that at `text`: once a piece.
const DEATHS: [&str; 20] = [
    "accepted#1",
    "prompted#1",
    "asked#1",
    "text#1",
    "round_said#1",
    "calls_kept#1",
    "call_answered#1",
    "call_kept#1",
    "calls_ended#1",
    "asked#2",
    "round_said#2",
    "calls_kept#2",
    "call_answered#2",
    "call_kept#2",
    "calls_ended#2",
    "asked#3",
    "text#9",
    "text_kept#1",
    "answered#1",
    "ended#1",
];

async fn a_turn_with_tools_survives_a_death_at_every_step(setup: Setup) {
    assert!(
        stead_application::turn::STEPS
            .iter()
            .all(|step| DEATHS.iter().any(|death| death.split('#').next() == Some(step))),
        "a step at which nothing dies"
    );
    let setup = setup.wire().await.setting("STEAD_NETWORK__ALLOW_PRIVATE", true);
    wire(&setup).answer_with(model);
    let kit = McpHttpServer::start(AnswersBy::Json).await;
    kit.offer(&[tool("write"), tool("look")]);
    kit.answer_with(|call| McpReply::text(&format!("{} done", call.tool_name)));

    let address = Address::default();
    let mut process = Process::serve(&setup, &address).await;
    let signed_in = process.stranger().post("/auth/register", registration("ann")).await.expect(201);
    let mut ann = Account::from_sign_in(&process.stranger(), "ann@example.org", signed_in);
    let agent = agent_with(&ann, &kit.url()).await;
    for death in DEATHS {
        let talk = ann.talk_with(&agent).await;
        process.kill().await;
        let deadly = setup.clone().setting("STEAD_TEST_KILL_AT", death);
        let dying = Process::serve(&deadly, &address).await;
        let calls_before = kit.calls().len();
        let sent = say(&ann, &talk, death).try_send().await;
        let (status, _, _) = dying.ended().await;
        assert!(!status.success(), "{death}: it did not die");
        setup.home.let_leases_lapse().await;

        process = Process::serve(&setup, &address).await;
        // Whatever had become of it, it is taken once.
        let run = say(&ann, &talk, death).await.expect(202);
        if let Some((202, acknowledged)) = sent {
            assert_eq!(run["id"], acknowledged["id"], "{death}");
        }
        let run = talk.ended(run["id"].as_str().unwrap()).await;
        assert_eq!(run["status"], "completed", "{death}: {run}");
        used_once(death, &ann, &talk, &run).await;
        check(death, &talk, &run, &kit, calls_before).await;
        ann = ann.sign_in_again().await;
    }
    assert_eq!(wire(&setup).refusals(), [] as [String; 0]);
    process.kill().await;
}

fn say(ann: &Account, talk: &Talk, death: &str) -> crate::harness::call::Call {
    let call = ann.post(&talk.at("/messages"), json!({"content": format!("die at {death}")}));
    call.header("prefer", "respond-async").key(&talk.id)
}

/// What all its attempts used is accounted for, once.
async fn used_once(death: &str, ann: &Account, talk: &Talk, run: &Value) {
    let usage = ann.get("/ai/usage?by=channel&limit=100").await.expect(200);
    let used = usage["items"].as_array().unwrap().iter().find(|item| item["key"] == talk.id.as_str());
    let used = used.unwrap_or_else(|| panic!("{death}: {usage}"));
    for tokens in ["input_tokens", "output_tokens"] {
        assert_eq!(used[tokens], run["usage"][tokens], "{death}: {used} {run}");
    }
}

/// What the turn has come to: everything once, everything ended, and it goes on.
async fn check(death: &str, talk: &Talk, run: &Value, kit: &McpHttpServer, calls_before: usize) {
    let messages = talk.messages().await;
    assert_eq!(messages.len(), 2, "{death}: {messages:#?}");
    let answer = &messages[1];
    assert!(answer["content"].as_str().unwrap().ends_with("the end"), "{death}: {answer}");
    let calls = answer["tool_calls"].as_array().unwrap();
    assert!(calls.iter().all(|call| call["end_time"].is_string()), "{death}: {calls:#?}");
    let made = kit.calls().split_off(calls_before);
    let times = |name: &str| made.iter().filter(|call| call.tool_name == name).count();
    let of = |name: &str, status: &str| {
        let of = calls.iter().filter(|call| call["tool_name"] == format!("kit__{name}") && call["status"] == status);
        of.count()
    };
    // What may have had its effect is not done again; the model asks anew only for what was never noted.
    assert_eq!(of("write", "succeeded") + of("write", "interrupted"), 1, "{death}: {calls:#?}");
    assert!(times("write") <= 1, "{death}: {made:?}");
    assert!(of("write", "succeeded") <= times("write"), "{death}");
    // What has no side effects is.
    assert_eq!((of("look", "succeeded"), of("look", "interrupted")), (1, 0), "{death}: {calls:#?}");
    let events = talk.follow(run["id"].as_str().unwrap()).await.rest().await;
    assert_positions(&events);
    assert_eq!(content(&events), answer["content"].as_str().unwrap(), "{death}");
    talk.say("and now?").await.expect(201);
}

async fn agent_with(ann: &Account, url: &str) -> String {
    let server = json!({"name": "kit", "transport": "http", "url": url, "read_only_tools": ["look"]});
    let server = ann.post("/mcp-servers", server).await.expect(201);
    let agent = json!({"handle": "helper", "display_name": "Helper", "tool_policy": "auto"});
    let agent = ann.post("/agents", agent).await.expect(201)["id"].as_str().unwrap().to_owned();
    let grant = json!({"servers": [{"mcp_server_id": server["id"]}]});
    ann.call(Method::PUT, &format!("/agents/{agent}/tools")).json(&grant).await.expect(200);
    agent
}

/// Calls `write`, then `look`, then answers at length, by what has been done since the person spoke.
fn model(request: &RecordedRequest) -> Reply {
    if request.asks_for_title() {
        return Reply::text("A title");
    }
    let messages = request.messages();
    let said = messages.iter().rposition(|message| message["role"] == "user").unwrap_or_default();
    let done = messages[said..].iter().filter(|message| message["role"] == "tool").count();
    match (messages[said]["content"].as_str(), done) {
        (Some("and now?"), _) => Reply::text("nothing"),
        (_, 0) => Reply::pieces(["I ", "write."]).and_tool_calls([("a", "kit__write", r#"{"n":1}"#)]),
        (_, 1) => Reply::tool_calls([("b", "kit__look", r#"{"n":2}"#)]),
        // Slowly, so that some of it is kept before its end.
        _ => {
            let pieces = std::iter::repeat_n("much to say ".repeat(20), 20).chain(["the end".to_owned()]);
            Reply::pieces(pieces).slow(Duration::from_millis(3))
        }
    }
}
