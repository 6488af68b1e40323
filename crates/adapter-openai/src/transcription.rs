//! Recordings to text.

use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use stead_domain::ports::llm::{LlmError, LlmErrorKind, LlmRecording};

use crate::{client::OpenAiLlm, whole::WholeQuestion};

#[derive(Deserialize)]
struct Transcript {
    text: String,
}

impl OpenAiLlm {
    /// What is said in a recording.
    pub(crate) async fn written_down(&self, recording: LlmRecording) -> Result<String, LlmError> {
        let form = || {
            let length = u64::try_from(recording.bytes.len()).unwrap_or(u64::MAX);
            let part = Part::stream_with_length(recording.bytes.clone(), length)
                .file_name(recording.file_name.clone())
                .mime_str(&recording.content_type)
                .map_err(|error| {
                    LlmError::new(LlmErrorKind::Rejected, "the recording's type is none").caused_by(error)
                })?;
            let model = self.config.transcription_model.clone();
            Ok(Form::new().text("model", model).text("response_format", "json").part("file", part))
        };
        let transcript: Transcript = self
            .ask_whole(WholeQuestion {
                url: self.config.transcriptions_url(),
                body: &|request| Ok(request.multipart(form()?)),
                patience: self.config.timeouts.whole,
                max_answer_bytes: self.config.max_answer_bytes,
            })
            .await?;
        Ok(transcript.text)
    }
}
