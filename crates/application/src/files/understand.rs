use stead_domain::{
    file::File,
    passage::{Embedding, Passage},
    ports::{
        llm::LlmErrorKind,
        text_extractor::{Document, ExtractedText, Place, TextPiece},
    },
    usage::{Account, UsagePurpose},
};

use super::{
    cut::cut,
    process::{Trouble, Understood},
    unreadable,
};
use crate::{Application, Error, metering::Unanswered};

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
        let mut passages = cut(&text);
        self.embed(file, &mut passages, is_last_try).await?;
        let summary = self.summary(file, &passages, is_last_try).await?;
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
    async fn embed(&self, file: &File, passages: &mut [Passage], is_last_try: bool) -> Result<(), Trouble> {
        let texts: Vec<String> =
            passages.iter().map(|passage| format!("{}\n{}", passage.place, passage.text)).collect();
        let vectors = match self.metered(account_of(file, UsagePurpose::Embedding)).embed(&texts).await {
            Ok(vectors) => vectors,
            Err(Unanswered::NotAllowed(_)) => return Ok(()),
            Err(error) if may_pass(&error) && !is_last_try => return Err(not_now(error)),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "passages are kept without their vectors");
                return Ok(());
            }
        };
        for (passage, values) in passages.iter_mut().zip(vectors) {
            passage.embedding = Some(Embedding { model: self.models.embedding_model().to_owned(), values });
        }
        Ok(())
    }

    /// Whether what a file holds may go to a model now: then it is worth reading.
    pub(super) async fn may_ask_model(&self, file: &File) -> Result<bool, Error> {
        match self.require_ai(file.organization_id, Some(file.uploaded_by)).await {
            Ok(()) => Ok(true),
            Err(Error::Conflict(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Whether the model may take it later: also one whose credential an operator has to mend.
pub(super) fn may_pass(error: &Unanswered) -> bool {
    match error {
        Unanswered::Failed(error) => match error.kind {
            LlmErrorKind::Unavailable | LlmErrorKind::Timeout | LlmErrorKind::Unauthorized | LlmErrorKind::Protocol => {
                true
            }
            LlmErrorKind::Rejected => false,
        },
        Unanswered::NotAllowed(_) => false,
        Unanswered::Unknown(_) => true,
    }
}

pub(super) fn not_now(error: Unanswered) -> Trouble {
    Trouble::NotNow(Error::Unavailable(Some(Box::new(error))))
}

/// A file is understood on the account of whoever brought it.
pub(super) fn account_of(file: &File, purpose: UsagePurpose) -> Account {
    let (organization, user) = (file.organization_id, Some(file.uploaded_by));
    Account { organization, user, agent: None, conversation: None, purpose }
}
