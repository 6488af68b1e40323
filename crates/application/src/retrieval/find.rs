use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use stead_domain::{
    ConversationId, FileId, MessageId, Readable, Timestamp, UserId,
    ports::{
        read_gate::{FileCandidate, FileText, MessageCandidate, MessageText, PassageCandidate, PassageText, Readers},
        store::{FileSearch, Matching, MessageSearch, Rooms},
        vector_store::{VectorHit, VectorKind, VectorPlace, VectorQuery, VectorSource},
    },
    search::SearchQuery,
    usage::Account,
};
use tokio::time::timeout;

use crate::{Application, Error};

/// How long the question may take to be embedded, and the index to answer. Without, its words alone count.
const EMBEDDING: Duration = Duration::from_secs(5);
const ASKING: Duration = Duration::from_secs(3);
/// For each thing that is wanted so many are asked of each index: some will not pass the gate.
const OVER: usize = 4;
/// How much is looked up for an answer.
const FOR_AN_ANSWER: usize = 12;
/// The most that are asked of an index.
const MOST: usize = 200;
/// Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): the usual constant.
const RANK: f32 = 60.0;

/// What is looked for, by whom, and where.
pub(crate) struct Question<'a> {
    /// In words.
    pub text: &'a str,
    /// Who all read the answer.
    pub readers: Readers,
    /// One of them, who asks.
    pub asker: UserId,
    /// Where to look.
    pub places: Vec<VectorPlace>,
    /// Only what this user said or uploaded.
    pub author: Option<UserId>,
    /// Only messages, or only files.
    pub kind: Option<VectorKind>,
    /// Only what was said or uploaded then or later,
    pub since: Option<Timestamp>,
    /// and before.
    pub before: Option<Timestamp>,
    /// Messages that are known already.
    pub leave_out: Vec<MessageId>,
    /// How.
    pub mode: Mode,
    /// At most so much.
    pub limit: usize,
    /// Who pays for embedding the question.
    pub account: Account,
}

impl<'a> Question<'a> {
    /// Everything that may help to answer somebody, by its words and its meaning.
    pub(crate) fn of(
        text: &'a str,
        (readers, asker): (Readers, UserId),
        places: Vec<VectorPlace>,
        account: Account,
    ) -> Self {
        Self {
            text,
            readers,
            asker,
            places,
            author: None,
            kind: None,
            since: None,
            before: None,
            leave_out: Vec::new(),
            mode: Mode::Hybrid,
            limit: FOR_AN_ANSWER,
            account,
        }
    }
}

/// How something is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// By its words.
    Keyword,
    /// By its meaning.
    Semantic,
    /// By both.
    Hybrid,
}

/// Something that was found.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// A message.
    Message(Readable<MessageText>),
    /// A passage of a file.
    Passage(Readable<PassageText>),
    /// A file, by what it is about.
    File(Readable<FileText>),
}

/// What an index names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Named {
    Message(MessageId),
    Passage(FileId, i32),
    File(FileId),
}

/// What an index names, and in which version it knows it.
type Candidate = (Named, Option<i64>);

impl Application {
    /// What fits a question best, the best first. An index that does not answer is left out, and it is logged.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn find(&self, question: &Question<'_>) -> Result<Vec<Found>, Error> {
        if question.places.is_empty() || question.limit == 0 {
            return Ok(Vec::new());
        }
        let wanted = question.limit.saturating_mul(OVER).saturating_add(question.leave_out.len()).min(MOST);
        let (by_words, by_meaning) = tokio::join!(self.by_words(question, wanted), self.by_meaning(question, wanted));
        let ranked = fused(&[by_words?, by_meaning]);
        let left_out: HashSet<MessageId> = question.leave_out.iter().copied().collect();
        let candidates: Vec<Candidate> = ranked
            .into_iter()
            .filter(|(named, _)| !matches!(named, Named::Message(id) if left_out.contains(id)))
            .collect();
        self.those_readable(question, &candidates).await
    }

    async fn by_words(&self, question: &Question<'_>, wanted: usize) -> Result<Vec<Candidate>, Error> {
        if question.mode == Mode::Semantic {
            return Ok(Vec::new());
        }
        let query = SearchQuery::of_text(question.text);
        if query.terms().is_empty() {
            return Ok(Vec::new());
        }
        let limit = u32::try_from(wanted).unwrap_or(u32::MAX);
        let conversations: Vec<ConversationId> = question.places.iter().map(|place| place.conversation_id()).collect();
        let organization = question.readers.organization();
        let mut found: Vec<Candidate> = Vec::new();
        if question.kind != Some(VectorKind::File) {
            let search = MessageSearch {
                organization,
                user: question.asker,
                query: query.clone(),
                matching: Matching::Any,
                rooms: Rooms::Any,
                conversations: Some(conversations.clone()),
                author: question.author,
                since: question.since,
                before: question.before,
                limit,
            };
            let hits = self.store.search_messages(search).await?;
            found.extend(hits.into_iter().map(|hit| (Named::Message(hit.candidate.id), hit.candidate.version)));
        }
        if question.kind != Some(VectorKind::Message) {
            let search = FileSearch {
                organization,
                user: question.asker,
                query,
                matching: Matching::Any,
                conversation: match conversations.as_slice() {
                    [only] => Some(*only),
                    _ => None,
                },
                author: question.author,
                since: question.since,
                before: question.before,
                limit,
            };
            for hit in self.store.search_files(search).await? {
                found.push(match hit.passage {
                    Some(passage) => (Named::Passage(passage.file, passage.n), passage.version),
                    None => (Named::File(hit.candidate.id), hit.candidate.version),
                });
            }
        }
        Ok(found)
    }

    async fn by_meaning(&self, question: &Question<'_>, wanted: usize) -> Vec<Candidate> {
        if question.mode == Mode::Keyword {
            return Vec::new();
        }
        let texts = [question.text.to_owned()];
        let vector = match timeout(EMBEDDING, self.metered(question.account).embed(&texts)).await {
            Ok(Ok(mut vectors)) => vectors.pop(),
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a question is looked for by its words alone");
                None
            }
            Err(_elapsed) => {
                tracing::warn!("embedding a question took too long: it is looked for by its words alone");
                None
            }
        };
        let Some(values) = vector else { return Vec::new() };
        let model = self.models.embedding_model().to_owned();
        let limit = u32::try_from(wanted).unwrap_or(u32::MAX);
        let query = VectorQuery {
            kind: question.kind,
            author: question.author,
            since: question.since,
            before: question.before,
            ..VectorQuery::new(values, model, question.places.clone(), limit)
        };
        match timeout(ASKING, self.vectors.query(question.readers.organization(), query)).await {
            Ok(Ok(hits)) => hits.iter().map(candidate).collect(),
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the index of vectors did not answer");
                Vec::new()
            }
            Err(_elapsed) => {
                tracing::warn!("the index of vectors took too long");
                Vec::new()
            }
        }
    }

    /// Those of the candidates that every reader may read, in their order, as many as are wanted.
    async fn those_readable(&self, question: &Question<'_>, candidates: &[Candidate]) -> Result<Vec<Found>, Error> {
        let conversations: Vec<ConversationId> = question.places.iter().map(|place| place.conversation_id()).collect();
        let readers = question.readers.clone().within(conversations);
        let (mut messages, mut passages, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for (named, version) in candidates {
            match *named {
                Named::Message(id) => messages.push(MessageCandidate { id, version: *version }),
                Named::Passage(file, n) => passages.push(PassageCandidate { file, n, version: *version }),
                Named::File(id) => files.push(FileCandidate { id, version: *version }),
            }
        }
        let gate = &self.read_gate;
        let mut through: HashMap<Named, Found> = HashMap::new();
        for message in gate.readable_messages(&readers, &messages).await? {
            let in_scope = question.author.is_none_or(|author| is_by(&message, author));
            if in_scope && message.active && !message.content.is_empty() {
                through.insert(Named::Message(message.id), Found::Message(message));
            }
        }
        for passage in gate.readable_passages(&readers, &passages).await? {
            if question.author.is_none_or(|author| passage.file.uploaded_by == author) {
                through.insert(Named::Passage(passage.file.id, passage.n), Found::Passage(passage));
            }
        }
        for file in gate.readable_files(&readers, &files).await? {
            if question.author.is_none_or(|author| file.uploaded_by == author) {
                through.insert(Named::File(file.id), Found::File(file));
            }
        }
        let found = candidates.iter().filter_map(|(named, _)| through.remove(named));
        Ok(found.take(question.limit).collect())
    }
}

fn is_by(message: &MessageText, author: UserId) -> bool {
    message.author == stead_domain::message::Author::User(author)
}

fn candidate(hit: &VectorHit) -> Candidate {
    let named = match (hit.id.source, hit.id.passage_number()) {
        (VectorSource::Message(id), _) => Named::Message(id),
        (VectorSource::File(id), Some(n)) => Named::Passage(id, i32::try_from(n).unwrap_or(i32::MAX)),
        (VectorSource::File(id), None) => Named::File(id),
    };
    (named, Some(hit.version))
}

/// Joins ranked lists: what stands high in several comes before what stands high in one.
fn fused(lists: &[Vec<Candidate>]) -> Vec<Candidate> {
    let mut scores: HashMap<Named, (f32, Option<i64>, usize)> = HashMap::new();
    let mut order = 0;
    for list in lists {
        let mut seen = HashSet::new();
        let each_once = list.iter().filter(|(named, _)| seen.insert(*named));
        for (rank, (named, version)) in each_once.enumerate() {
            let entry = scores.entry(*named).or_insert((0.0, *version, order));
            entry.0 += 1.0 / (RANK + rank as f32 + 1.0);
            order += 1;
        }
    }
    let mut ranked: Vec<_> = scores.into_iter().collect();
    ranked.sort_by(|(_, one), (_, other)| other.0.total_cmp(&one.0).then(one.2.cmp(&other.2)));
    ranked.into_iter().map(|(named, (_, version, _))| (named, version)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn message(n: u128) -> Candidate {
        (Named::Message(MessageId::new(Uuid::from_u128(n))), Some(1))
    }

    #[test]
    fn what_both_find_comes_first() {
        let by_words = [1, 2, 3].map(message).to_vec();
        let by_meaning = [4, 3, 5].map(message).to_vec();
        let joined = fused(&[by_words, by_meaning]);
        assert_eq!(joined[0], message(3));
        assert_eq!(joined.len(), 5);
    }

    proptest! {
        #[test]
        fn all_that_was_found_is_there_once_and_one_list_keeps_its_order(
            one in prop::collection::vec(0u128..20, 0..20),
            other in prop::collection::vec(0u128..20, 0..20),
        ) {
            let of = |list: &[u128]| list.iter().copied().map(message).collect::<Vec<_>>();
            let joined = fused(&[of(&one), of(&other)]);
            let names: HashSet<Named> = joined.iter().map(|(named, _)| *named).collect();
            prop_assert_eq!(names.len(), joined.len());
            let all: HashSet<u128> = one.iter().chain(&other).copied().collect();
            prop_assert_eq!(all.len(), joined.len());
            let alone = fused(&[of(&one), Vec::new()]);
            let mut seen = HashSet::new();
            let expected: Vec<_> = of(&one).into_iter().filter(|(named, _)| seen.insert(*named)).collect();
            prop_assert_eq!(alone, expected);
        }
    }
}
