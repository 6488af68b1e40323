//! What answers were made from, as their reader may be told: ids that were in the prompt and that they may read now.

use std::collections::{HashMap, HashSet};

use stead_domain::{
    FileId, MessageId,
    ports::read_gate::{FileCandidate, MessageCandidate, Readers},
    source::{KeptSource, SourceId},
};

use crate::{Application, Caller, Error};

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

impl Application {
    /// What these answers were made from, for the caller, who may read them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn citations(&self, caller: &Caller, answers: &[MessageId]) -> Result<CitationsOf, Error> {
        let mut found = CitationsOf::new();
        for answers in answers.chunks(AT_ONCE) {
            let kept = self.store.list_sources(caller.organization, answers.to_vec()).await?;
            let readable = self.readable_sources(caller, &kept).await?;
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

    async fn readable_sources(
        &self,
        caller: &Caller,
        kept: &[(MessageId, KeptSource)],
    ) -> Result<HashSet<SourceId>, Error> {
        let (mut messages, mut files): (HashSet<MessageId>, HashSet<FileId>) = Default::default();
        for (_, kept) in kept {
            match kept.source.id {
                SourceId::Message(id) => drop(messages.insert(id)),
                SourceId::File(id) => drop(files.insert(id)),
            }
        }
        if messages.is_empty() && files.is_empty() {
            return Ok(HashSet::new());
        }
        let readers = Readers::one(caller.organization, caller.user);
        let messages: Vec<_> = messages.into_iter().map(|id| MessageCandidate { id, version: None }).collect();
        let files: Vec<_> = files.into_iter().map(|id| FileCandidate { id, version: None }).collect();
        let said = self.read_gate.readable_messages(&readers, &messages).await?;
        let shared = self.read_gate.readable_files(&readers, &files).await?;
        let said = said.iter().map(|said| SourceId::Message(said.id));
        Ok(said.chain(shared.iter().map(|file| SourceId::File(file.id))).collect())
    }
}
