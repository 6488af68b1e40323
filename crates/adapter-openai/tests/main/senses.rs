//! Pictures and recordings.

use bytes::Bytes;
use serde_json::json;
use stead_adapter_openai::OpenAiLlm;
use stead_domain::ports::llm::{
    LlmErrorKind, LlmMessage, LlmPicture, LlmProvider, LlmProviderExt, LlmRecording, LlmRequest, Purpose,
};

use crate::setup::{OpenAiWireServer, Reply, config, llm, question};

fn recording() -> LlmRecording {
    let bytes = Bytes::from_static(b"RIFF\r\n--not a boundary\r\n\r\nWAVE");
    LlmRecording { file_name: "Gespräch \"eins\".wav".into(), content_type: "audio/wav".into(), bytes }
}

#[tokio::test]
async fn a_picture_is_shown_within_the_request() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::text("A pear."));
    let picture = LlmPicture { content_type: "image/png".into(), bytes: Bytes::from_static(b"\x89PNG..") };
    let request = LlmRequest {
        purpose: Purpose::Description,
        messages: vec![LlmMessage::UserWithPictures { content: "What is it?".into(), pictures: vec![picture] }],
        ..question("")
    };
    assert_eq!(llm(&server).complete(request, 1_000).await.unwrap().content, "A pear.");
    assert!(server.refusals().is_empty());
    let url = server.requests()[0].messages()[0]["content"][1]["image_url"]["url"].clone();
    assert_eq!(url, json!("data:image/png;base64,iVBORy4u"));
}

#[tokio::test]
async fn a_recording_is_written_down() {
    let server = OpenAiWireServer::start_with_key("sk-test").await;
    let llm = OpenAiLlm::new(config(&server).with_api_key("sk-test".into())).unwrap();
    assert_eq!(llm.transcribe(recording()).await.unwrap(), "A transcript of 30 bytes.");
    let asked = &server.side_requests()[0];
    assert_eq!(asked.refused, None);
    assert_eq!((&asked.body["model"], &asked.body["file"]["content_type"]), (&json!("whisper-1"), &json!("audio/wav")));
    assert_eq!(asked.body["file"]["bytes"], 30);
}

#[tokio::test]
async fn a_recording_is_sent_again_where_that_helps() {
    let server = OpenAiWireServer::start().await;
    server.script_side(Reply::status(429));
    server.script_side(Reply::text("").body(r#"{"text": " Guten Tag. "}"#));
    assert_eq!(llm(&server).transcribe(recording()).await.unwrap(), " Guten Tag. ");
    server.script_side(Reply::status(400));
    assert_eq!(llm(&server).transcribe(recording()).await.unwrap_err().kind, LlmErrorKind::Rejected);
    let wrong = LlmRecording { content_type: "no type\n".into(), ..recording() };
    assert_eq!(llm(&server).transcribe(wrong).await.unwrap_err().kind, LlmErrorKind::Rejected);
    assert_eq!(server.side_requests().len(), 3);
}
