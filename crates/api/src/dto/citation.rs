use serde::Serialize;
use stead_application::citations::{Citation, Citations, CitationsOf, is_degraded};
use stead_domain::{message::Message, source::SourceId};
use utoipa::ToSchema;
use uuid::Uuid;

/// A source of an answer: something that was in the prompt and that the reader may read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Citation)]
pub struct CitationBody {
    /// Its number: the answer points at it as `[1]`.
    pub n: i32,
    /// What it is.
    pub kind: CitationKindBody,
    /// The message's or the file's id.
    pub id: Uuid,
    /// Whether the answer points at it.
    pub cited: bool,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CitationKind)]
pub enum CitationKindBody {
    Message,
    File,
}

impl From<Citation> for CitationBody {
    fn from(Citation { n, id, cited }: Citation) -> Self {
        let (kind, id) = match id {
            SourceId::Message(id) => (CitationKindBody::Message, id.uuid()),
            SourceId::File(id) => (CitationKindBody::File, id.uuid()),
        };
        Self { n, kind, id, cited }
    }
}

impl CitationBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let id = Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0009);
        Self { n: 1, kind: CitationKindBody::Message, id, cited: true }
    }
}

/// What a message was made from: nothing of it where no model wrote it.
#[derive(Default)]
pub(super) struct MadeFrom {
    pub citations: Option<Vec<CitationBody>>,
    /// Whether that is not so any more.
    pub stale: Option<bool>,
    /// Whether only words counted where it was looked up.
    pub degraded: Option<bool>,
}

impl MadeFrom {
    pub fn of(message: &Message, citations: &mut CitationsOf) -> Self {
        if !message.from_ai {
            return Self::default();
        }
        let Citations { sources, is_stale } = citations.remove(&message.id).unwrap_or_default();
        Self {
            citations: Some(sources.into_iter().map(CitationBody::from).collect()),
            stale: Some(is_stale),
            degraded: Some(is_degraded(message)),
        }
    }
}
