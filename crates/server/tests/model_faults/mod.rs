//! The model refuses, hangs, breaks off or talks garbage, over a real connection: the person's message is kept, the run
//! says what happened, and the next message works.

use serde_json::{Value, json};
use stead_testkit::openai_wire::Reply;

use crate::harness::{Setup, Talk, events::content};

on_both!(
    a_refused_credential_is_told_without_the_credential,
    a_refused_request_is_not_tried_again,
    a_server_error_is_tried_again_and_then_told,
    a_model_that_does_not_begin_times_out,
    a_model_that_falls_silent_times_out,
    a_connection_that_is_cut_ends_the_run,
    an_answer_without_its_end_is_not_taken_for_whole,
    garbage_ends_the_run,
    an_error_in_the_middle_ends_the_run,
    an_endless_answer_is_cut,
    an_endpoint_that_is_not_there_is_unavailable,
);

/// Says something that fails, as JSON and as a stream; then the next message works.
async fn fails(setup: Setup, reply: Reply, code: &str, text: &str) -> (Talk, crate::harness::Stead) {
    let stead = setup.wire().await.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let faulty = reply.clone();
    stead.wire().answer_with(move |_| faulty.clone());

    let answer = talk.say("u1").await;
    let retry_after = answer.header("retry-after").map(|seconds| seconds.parse::<u32>().expect("seconds"));
    assert_eq!(retry_after.is_some(), code != "model_rejected", "a 503 says when to try again, where that may help");
    let error = answer.refused(503, "ai_unavailable");
    assert!(!error.to_string().contains("a-key-that-nobody-may-see"), "{error}");

    let events = talk.stream("u2").await.rest().await;
    let end = events.last().unwrap();
    assert_eq!((end.name.as_str(), &end.data["run"]["error"]["code"]), ("run.failed", &json!(code)));
    assert_eq!(content(&events), text);
    assert_eq!(end.data["run"]["error"]["message"], error["message"], "both are told the same");

    let expected =
        ["user: u1".to_owned(), format!("assistant: {text}"), "user: u2".to_owned(), format!("assistant: {text}")];
    assert_eq!(talk.transcript().await, expected);
    let statuses: Vec<Value> = talk.messages().await.into_iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["complete", "failed", "complete", "failed"]);
    for message in talk.messages().await.iter().skip(1).step_by(2) {
        let run = talk.run(message["metadata"]["run_id"].as_str().unwrap()).await;
        assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!(code)));
    }
    stead.wire().answer_with(|request| Reply::text(request.last_user_text()));
    (talk, stead)
}

async fn a_refused_credential_is_told_without_the_credential(setup: Setup) {
    let reply =
        Reply::status(401).json_error("invalid_api_key", "auth", "Incorrect API key: a-key-that-nobody-may-see");
    let (talk, stead) = fails(setup, reply, "model_rejected", "").await;
    assert_eq!(stead.wire().requests().len(), 2, "a refusal is not tried again");
    talk.say("u3").await.expect(201);
}

async fn a_refused_request_is_not_tried_again(setup: Setup) {
    let (talk, stead) = fails(setup, Reply::status(400), "model_rejected", "").await;
    assert_eq!(stead.wire().requests().len(), 2);
    talk.say("u3").await.expect(201);
}

async fn a_server_error_is_tried_again_and_then_told(setup: Setup) {
    let (_talk, stead) = fails(setup, Reply::status(500), "model_unavailable", "").await;
    assert!(stead.wire().requests().len() > 2, "a server error is tried again");
}

async fn a_model_that_does_not_begin_times_out(setup: Setup) {
    let setup = setup.setting("STEAD_LLM__FIRST_TOKEN_TIMEOUT", "200ms");
    fails(setup, Reply::hang(), "model_timeout", "").await;
}

async fn a_model_that_falls_silent_times_out(setup: Setup) {
    let setup = setup.setting("STEAD_LLM__IDLE_TIMEOUT", "200ms");
    let (talk, _stead) = fails(setup, Reply::text("one two three").hang_after(2), "model_timeout", "one two ").await;
    talk.say("u3").await.expect(201);
}

async fn a_connection_that_is_cut_ends_the_run(setup: Setup) {
    let (talk, _stead) = fails(setup, Reply::text("one two three").cut_after(2), "model_protocol", "one two ").await;
    talk.say("u3").await.expect(201);
}

async fn an_answer_without_its_end_is_not_taken_for_whole(setup: Setup) {
    let (talk, _stead) = fails(setup, Reply::text("one two three").stop_after(2), "model_protocol", "one two ").await;
    talk.say("u3").await.expect(201);
}

async fn garbage_ends_the_run(setup: Setup) {
    let (talk, _stead) = fails(setup, Reply::text("one two").not_json_after(1), "model_protocol", "one ").await;
    talk.say("u3").await.expect(201);
}

async fn an_error_in_the_middle_ends_the_run(setup: Setup) {
    let reply = Reply::text("one two").error_after(1, "server_error", "server_error");
    let (talk, _stead) = fails(setup, reply, "model_unavailable", "one ").await;
    talk.say("u3").await.expect(201);
}

async fn an_endless_answer_is_cut(setup: Setup) {
    let stead = setup.wire().await.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.wire().script(Reply::huge(2_000_000));
    talk.say("u1").await.refused(503, "ai_unavailable");
    let messages = talk.messages().await;
    let run = talk.run(messages[1]["metadata"]["run_id"].as_str().unwrap()).await;
    assert_eq!(run["error"]["code"], "answer_too_long");
    assert!(messages[1]["content"].as_str().unwrap().len() > 100_000, "what there was is kept");
}

async fn an_endpoint_that_is_not_there_is_unavailable(setup: Setup) {
    // A port that was free a moment ago and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let stead = setup.wire().await.setting("STEAD_LLM__BASE_URL", format!("http://127.0.0.1:{port}/v1")).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("u1").await.refused(503, "ai_unavailable");
    let messages = talk.messages().await;
    let run = talk.run(messages[1]["metadata"]["run_id"].as_str().unwrap()).await;
    assert_eq!(run["error"]["code"], "model_unavailable");
}
