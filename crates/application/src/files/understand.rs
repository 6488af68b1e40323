use stead_domain::{
    OrganizationId,
    file::File,
    passage::{Embedding, Passage},
    ports::{
        llm::LlmError,
        text_extractor::{Document, ExtractedText, Place, TextPiece},
    },
};

use super::{
    cut::cut,
    process::{Trouble, Understood},
    unreadable,
};
use crate::{Application, Error};

/// Stands at the end of a document of which not all is there.
const INCOMPLETE: &str = "[The document goes on, or has parts that could not be read.]";

impl Application {
    /// Finds out what a file says. The last time nothing is waited for that can be done without.
    pub(super) async fn understand(&self, file: &File, is_last_try: bool) -> Result<Understood, Trouble> {
        let kind = file.content_type.split('/').next().unwrap_or_default();
        let text = match kind {
            "image" => return self.describe(file).await,
            "audio" => match self.written_down(file).await? {
                Some(text) => text,
                None => return Ok(Understood::default()),
            },
            _ => self.read_document(file).await?,
        };
        let may_ask = self.may_ask_model(file.organization_id).await?;
        let mut passages = cut(&text);
        if may_ask {
            self.embed(&mut passages, is_last_try).await?;
        }
        let summary = self.summary(file, &passages, may_ask, is_last_try).await?;
        Ok(Understood { passages, summary: Some(summary) })
    }

    async fn read_document(&self, file: &File) -> Result<ExtractedText, Trouble> {
        let document = Document {
            body: self.file_bytes(file, None).await?,
            content_type: file.content_type.clone(),
            name: file.name.as_str().to_owned(),
        };
        let mut text = self.extractor.extract(document).await.map_err(|error| match unreadable::of(&error) {
            Some(reason) => Trouble::Unreadable(reason),
            None => Trouble::NotNow(Error::Unavailable(Some(Box::new(error)))),
        })?;
        if text.incomplete {
            text.pieces.push(TextPiece { place: Place::Document, text: INCOMPLETE.to_owned() });
        }
        Ok(text)
    }

    /// Says what each passage means, where the model can be asked.
    async fn embed(&self, passages: &mut [Passage], is_last_try: bool) -> Result<(), Trouble> {
        let texts: Vec<String> =
            passages.iter().map(|passage| format!("{}\n{}", passage.place, passage.text)).collect();
        let vectors = match self.embedder.embed(&texts).await {
            Ok(vectors) => vectors,
            Err(error) if may_pass(&error) && !is_last_try => return Err(not_now(error)),
            Err(error) => {
                tracing::warn!(error = %error, "passages are kept without their vectors");
                return Ok(());
            }
        };
        for (passage, values) in passages.iter_mut().zip(vectors) {
            passage.embedding = Some(Embedding { model: self.embedder.model().to_owned(), values });
        }
        Ok(())
    }

    /// Whether the organization lets its agents, and so its texts, go to the model now.
    pub(super) async fn may_ask_model(&self, organization: OrganizationId) -> Result<bool, Error> {
        match self.require_ai(organization).await {
            Ok(()) => Ok(true),
            Err(Error::Conflict(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Whether the model may take it later: also one whose credential an operator has to mend.
pub(super) fn may_pass(error: &LlmError) -> bool {
    use stead_domain::ports::llm::LlmErrorKind;
    match error.kind {
        LlmErrorKind::Unavailable | LlmErrorKind::Timeout | LlmErrorKind::Unauthorized | LlmErrorKind::Protocol => true,
        LlmErrorKind::Rejected => false,
    }
}

pub(super) fn not_now(error: LlmError) -> Trouble {
    Trouble::NotNow(Error::Unavailable(Some(Box::new(error))))
}
