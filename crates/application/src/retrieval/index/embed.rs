use stead_domain::{
    OrganizationId,
    ports::llm::LlmErrorKind,
    usage::{Account, UsagePurpose},
};

use crate::{Application, Error, metering::Unanswered};

/// What came of embedding texts.
pub(super) enum Embedded {
    /// A vector for each; none for one that the model refuses.
    Vectors(Vec<Option<Vec<f32>>>),
    /// The organization may have nothing embedded now.
    NotAllowed,
}

impl Application {
    /// Embeds texts on the organization's account. What the model refuses is found by halving and left out: one text must not
    /// hold up the others.
    pub(super) async fn embed_for_index(
        &self,
        organization: OrganizationId,
        texts: &[String],
    ) -> Result<Embedded, Error> {
        let account =
            Account { organization, user: None, agent: None, conversation: None, purpose: UsagePurpose::Embedding };
        let metered = self.metered(account);
        let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts.len()];
        let mut left = vec![(0, texts.len())];
        while let Some((from, to)) = left.pop() {
            let Some(some) = texts.get(from..to).filter(|some| !some.is_empty()) else { continue };
            match metered.embed(some).await {
                Ok(found) => {
                    for (place, vector) in vectors.iter_mut().skip(from).zip(found) {
                        *place = Some(vector);
                    }
                }
                Err(Unanswered::NotAllowed(_)) => return Ok(Embedded::NotAllowed),
                Err(Unanswered::Failed(error)) if error.kind == LlmErrorKind::Rejected => {
                    if some.len() == 1 {
                        metrics::counter!("stead_index_skipped_total", "index" => "vectors").increment(1);
                        tracing::warn!(%organization, error = %error, "a text that the model refuses is left out");
                    } else {
                        let middle = from + some.len() / 2;
                        left.extend([(from, middle), (middle, to)]);
                    }
                }
                Err(Unanswered::Unknown(error)) => return Err(error),
                Err(error @ Unanswered::Failed(_)) => return Err(Error::Unavailable(Some(Box::new(error)))),
            }
        }
        Ok(Embedded::Vectors(vectors))
    }
}
