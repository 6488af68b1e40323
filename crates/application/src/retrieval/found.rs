use std::collections::HashMap;

use stead_domain::{
    FileId, MessageId, Readable,
    ports::{
        read_gate::{FileCandidate, FileText, MessageCandidate, MessageText, PassageCandidate, PassageText, Readers},
        store::{FileHit, MessageHit},
        vector_store::{VectorHit, VectorSource},
    },
};

use crate::{Application, Error};

/// Something that was found, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A message.
    Message(Readable<MessageText>),
    /// A file, by one of its passages.
    Passage(Readable<PassageText>),
    /// A file, by its name or by what it is about.
    File(Readable<FileText>),
}

/// What an index names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    Message(MessageId),
    Passage(FileId, i32),
    File(FileId),
}

/// What an index names, and in which version it knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub named: Named,
    pub version: Option<i64>,
}

impl Found {
    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&FileText> {
        match self {
            Self::Message(_) => None,
            Self::Passage(passage) => Some(&passage.file),
            Self::File(file) => Some(file),
        }
    }

    /// In what it was found.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Message(message) => message.content.clone(),
            Self::Passage(passage) => passage.text.clone(),
            Self::File(file) => match &file.summary {
                Some(summary) => format!("{}\n{summary}", file.name.as_str()),
                None => file.name.as_str().to_owned(),
            },
        }
    }
}

impl From<&MessageHit> for Candidate {
    fn from(hit: &MessageHit) -> Self {
        Self { named: Named::Message(hit.candidate.id), version: hit.candidate.version }
    }
}

impl From<&FileHit> for Candidate {
    fn from(hit: &FileHit) -> Self {
        match hit.passage {
            Some(passage) => Self { named: Named::Passage(passage.file, passage.n), version: passage.version },
            None => Self { named: Named::File(hit.candidate.id), version: hit.candidate.version },
        }
    }
}

impl From<&VectorHit> for Candidate {
    fn from(hit: &VectorHit) -> Self {
        let named = match (hit.id.source, hit.id.passage_number()) {
            (VectorSource::Message(id), _) => Named::Message(id),
            (VectorSource::File(id), Some(n)) => Named::Passage(id, i32::try_from(n).unwrap_or(i32::MAX)),
            (VectorSource::File(id), None) => Named::File(id),
        };
        Self { named, version: Some(hit.version) }
    }
}

impl Application {
    /// Those of the candidates that every reader may read now, in their order, each once.
    pub(crate) async fn let_through(
        &self,
        readers: &Readers,
        candidates: impl IntoIterator<Item = Candidate> + Send,
    ) -> Result<Vec<Found>, Error> {
        let candidates: Vec<Candidate> = candidates.into_iter().collect();
        let (mut messages, mut passages, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for Candidate { named, version } in candidates.iter().copied() {
            match named {
                Named::Message(id) => messages.push(MessageCandidate { id, version }),
                Named::Passage(file, n) => passages.push(PassageCandidate { file, n, version }),
                Named::File(id) => files.push(FileCandidate { id, version }),
            }
        }
        let mut through: HashMap<Named, Found> = HashMap::new();
        for message in self.read_gate.readable_messages(readers, &messages).await? {
            through.insert(Named::Message(message.id), Found::Message(message));
        }
        for passage in self.read_gate.readable_passages(readers, &passages).await? {
            through.insert(Named::Passage(passage.file.id, passage.n), Found::Passage(passage));
        }
        for file in self.read_gate.readable_files(readers, &files).await? {
            through.insert(Named::File(file.id), Found::File(file));
        }
        Ok(candidates.iter().filter_map(|candidate| through.remove(&candidate.named)).collect())
    }
}
