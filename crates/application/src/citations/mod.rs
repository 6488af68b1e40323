//! What answers were made from, as their reader may be told: ids that were in the prompt and that they may read now.

mod shown;

use std::collections::{HashMap, HashSet};

use stead_domain::{
    MessageId,
    message::Message,
    ports::{
        read_gate::{FileCandidate, MessageCandidate, Readers},
        store::StoreError,
    },
    source::{KeptSource, SourceId},
};

pub use self::shown::ShowsMessages;
pub(crate) use self::shown::has_sources;
use crate::{Application, Caller, Error};

/// In the metadata of an answer: see [`is_degraded`].
pub(crate) const DEGRADED: &str = "degraded";
/// How many answers are asked about at once.
const AT_ONCE: usize = 500;

/// One source of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// Its number in the answer.
    pub n: i32,
    /// What it is.
    pub id: SourceId,
    /// Whether the answer points at it.
    pub cited: bool,
}

/// What an answer was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citations {
    /// The sources that its reader may read now.
    pub sources: Vec<Citation>,
    /// Something it points at was changed or deleted since: what it says may no longer hold.
    pub is_stale: bool,
}

/// Those of several answers; an answer without any is not there.
pub type CitationsOf = HashMap<MessageId, Citations>;

/// What its reader is shown, and what the answers in it were made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Cited<T> {
    /// What they are shown.
    pub shown: T,
    /// What the answers in it were made from.
    pub citations: CitationsOf,
}

/// Whether only words counted where what an answer was made from was looked up: meaning was not to be had.
pub fn is_degraded(answer: &Message) -> bool {
    answer.metadata.value().get(DEGRADED).is_some_and(|degraded| degraded == true)
}

impl Application {
    /// Adds to what the caller is shown what the answers in it were made from, as far as they may read that now: asked once
    /// for all of them, and not at all where no model wrote any of it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn with_citations<T: ShowsMessages>(&self, caller: &Caller, shown: T) -> Result<Cited<T>, Error> {
        let mut answers = Vec::new();
        shown.each_message(&mut |message| answers.extend(has_sources(message).then_some(message.id)));
        let readers = Readers::one(caller.organization, caller.user);
        let citations = self.citations(&readers, &answers).await?;
        Ok(Cited { shown, citations })
    }

    /// What these answers were made from, as far as all of these readers, who may read them, may read that now.
    pub(crate) async fn citations(&self, readers: &Readers, answers: &[MessageId]) -> Result<CitationsOf, StoreError> {
        let mut found = CitationsOf::new();
        for answers in answers.chunks(AT_ONCE) {
            let kept = self.store.list_sources(readers.organization(), answers.to_vec()).await?;
            let asked: HashSet<SourceId> = kept.iter().map(|(_, kept)| kept.source.id).collect();
            let readable = self.readable_sources(readers, &asked).await?;
            for (message, KeptSource { source, is_stale }) in kept {
                let citations = found.entry(message).or_default();
                citations.is_stale |= is_stale && source.cited;
                if readable.contains(&source.id) {
                    citations.sources.push(Citation { n: source.n, id: source.id, cited: source.cited });
                }
            }
        }
        Ok(found)
    }

    /// Those of these sources that all readers may read now, in whatever version.
    pub(crate) async fn readable_sources(
        &self,
        readers: &Readers,
        sources: &HashSet<SourceId>,
    ) -> Result<HashSet<SourceId>, StoreError> {
        let (mut messages, mut files) = (Vec::new(), Vec::new());
        for source in sources {
            match *source {
                SourceId::Message(id) => messages.push(MessageCandidate { id, version: None }),
                SourceId::File(id) => files.push(FileCandidate { id, version: None }),
            }
        }
        let said = self.read_gate.readable_messages(readers, &messages).await?;
        let shared = self.read_gate.readable_files(readers, &files).await?;
        let said = said.iter().map(|said| SourceId::Message(said.id));
        Ok(said.chain(shared.iter().map(|file| SourceId::File(file.id))).collect())
    }
}
