//! Answers that are odd or wrong in the middle.

use futures_util::StreamExt;
use stead_adapter_openai::OpenAiLlm;
use stead_domain::ports::llm::{FinishReason, LlmErrorKind, LlmEvent, LlmProvider};
use stead_testkit::gate::Gate;

use crate::setup::{OpenAiWireServer, Reply, config, llm, question, read};

async fn end_of(reply: Reply) -> (String, Result<LlmEvent, LlmErrorKind>) {
    let server = OpenAiWireServer::start().await;
    server.script(reply);
    let (text, last) = read(&llm(&server)).await;
    assert_eq!(server.requests().len(), 1, "nothing is asked again after the first token");
    (text, last.map_err(|error| error.kind))
}

#[tokio::test]
async fn faults_after_the_first_token_keep_what_came() {
    for (reply, kind) in [
        (Reply::text("one two three").cut_after(2), LlmErrorKind::Protocol),
        (Reply::text("one two three").stop_after(2), LlmErrorKind::Protocol),
        (Reply::text("one two three").half_frame_after(2), LlmErrorKind::Protocol),
        (Reply::text("one two three").not_utf8_after(2), LlmErrorKind::Protocol),
        (Reply::text("one two three").not_json_after(2), LlmErrorKind::Protocol),
        (Reply::text("one two three").error_after(2, "server_error", "server_error"), LlmErrorKind::Unavailable),
        (Reply::text("one two three").finished_by("error").send_after(3, "data: 7\n\n"), LlmErrorKind::Protocol),
    ] {
        let (text, last) = end_of(reply.clone()).await;
        assert!(text.starts_with("one two "), "{text:?} of {reply:?}");
        assert_eq!(last, Err(kind), "{reply:?}");
    }
}

#[tokio::test]
async fn what_may_be_missing_is_not_missed() {
    for reply in [
        Reply::text("one two").without_done(),
        Reply::text("one two").without_usage(),
        Reply::text("one two").without_usage().without_done(),
        Reply::text("one two").with_reasoning("hm").in_writes_of(1),
    ] {
        let (text, last) = end_of(reply).await;
        assert_eq!(text, "one two");
        let Ok(LlmEvent::Finished(finished)) = last else { panic!("{last:?}") };
        assert_eq!(finished.reason, FinishReason::Stop);
    }
}

#[tokio::test]
async fn an_answer_over_the_cap_is_cut_off() {
    let server = OpenAiWireServer::start().await;
    let mut config = config(&server);
    config.max_answer_bytes = 50_000;
    let llm = OpenAiLlm::new(config).unwrap();
    for reply in [Reply::huge(1_000_000), Reply::endless()] {
        server.script(reply);
        let (text, last) = read(&llm).await;
        assert!(text.len() <= 50_000);
        assert_eq!(last.unwrap_err().kind, LlmErrorKind::Protocol);
    }
    server.wait_for_clients_left(2).await;
}

#[tokio::test]
async fn words_arrive_while_the_model_still_writes() {
    let server = OpenAiWireServer::start().await;
    let gate = Gate::new();
    server.script(Reply::text("one two").waits_after(1, &gate));
    let mut stream = llm(&server).stream(question("Hi?")).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), LlmEvent::Text("one ".into()));
    gate.reached().await;
    gate.open();
    assert_eq!(stream.next().await.unwrap().unwrap(), LlmEvent::Text("two".into()));
    assert!(matches!(stream.next().await.unwrap().unwrap(), LlmEvent::Finished(_)));
    assert!(stream.next().await.is_none());
}
