//! Pictures and recordings.

use stead_domain::ports::llm::{LlmError, LlmErrorKind, LlmMessage, Purpose};
use stead_testkit::documents;

use super::{once_read, told};
use crate::harness::{Setup, Stead, talk::text};

on_both!(
    a_picture_is_described_by_the_model,
    a_recording_is_written_down_by_the_model,
    without_a_model_they_are_kept_for_people,
);

const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";

async fn a_picture_is_described_by_the_model(setup: Setup) {
    let stead = setup.setting("STEAD_LLM__VISION_MODEL", "sees-well").start().await;
    let ann = stead.register("ann").await;
    let file = ann.upload("pear.png", documents::huge_png(20, 10)).await;
    let read = once_read(&ann, &file).await;
    assert_eq!((text(&read["status"]), text(&read["summary"])), ("ready", "A picture"), "{read}");
    let asked = stead.llm().requests().into_iter().find(|request| request.purpose == Purpose::Description).unwrap();
    assert_eq!(asked.model.as_deref(), Some("sees-well"));
    let Some(LlmMessage::UserWithPictures { pictures, .. }) = asked.messages.last() else { panic!("{asked:?}") };
    assert_eq!((pictures[0].content_type.as_str(), pictures[0].bytes.len()), ("image/png", 33));
    let talk = ann.talk().await;
    assert!(told(&stead, &talk, &ann, "What is it?", &[&file]).await.contains("A picture"));
}

async fn a_recording_is_written_down_by_the_model(stead: Stead) {
    let ann = stead.register("ann").await;
    stead.llm().transcribe_with(Ok("We meet at the old mill.".to_owned()));
    let file = ann.upload("call.wav", WAV).await;
    let talk = ann.talk().await;
    assert!(told(&stead, &talk, &ann, "Where?", &[&file]).await.contains("We meet at the old mill."));
    let given = stead.llm().recordings().remove(0);
    assert_eq!((given.file_name.as_str(), given.bytes.len()), ("call.wav", WAV.len()));
    stead.llm().transcribe_with(Ok(" ".to_owned()));
    let silent = once_read(&ann, &ann.upload("silence.wav", WAV).await).await;
    assert_eq!((text(&silent["status"]), text(&silent["error"]["code"])), ("failed", "empty"), "{silent}");
    stead.llm().transcribe_with(Err(LlmError::new(LlmErrorKind::Rejected, "as scripted")));
    let refused = once_read(&ann, &ann.upload("strange.wav", WAV).await).await;
    assert_eq!(text(&refused["status"]), "ready", "people can still listen to it: {refused}");
}

async fn without_a_model_they_are_kept_for_people(setup: Setup) {
    let stead = setup.offline().start().await;
    let ann = stead.register("ann").await;
    for (name, bytes) in [("pear.png", documents::huge_png(20, 10)), ("call.wav", WAV.to_vec())] {
        let read = once_read(&ann, &ann.upload(name, bytes).await).await;
        assert_eq!((text(&read["status"]), read["summary"].is_null()), ("ready", true), "{read}");
    }
    let file = ann.upload("a.md", "# Access\nThe gate opens at seven.\n\n# Pears\nPears are green.").await;
    let talk = ann.talk().await;
    let post = serde_json::json!({"content": "When does the gate open?", "file_ids": [file["id"]]});
    let answer = ann.post(&talk.at("/messages"), post).await.expect(201);
    assert!(text(&answer["content"]).contains("The gate opens at seven."), "{answer}");
}
