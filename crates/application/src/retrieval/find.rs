use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use stead_domain::{
    ports::{
        store::{FileSearch, Matching, MessageSearch},
        vector_store::{VectorKind, VectorQuery},
    },
    search::SearchQuery,
};
use tokio::time::timeout;

use super::{
    Found, Mode, Question,
    found::{Candidate, Named},
};
use crate::{Application, Error};

/// How long the question may take to be embedded, and the index to answer. Without, its words alone count.
const EMBEDDING: Duration = Duration::from_secs(5);
const ASKING: Duration = Duration::from_secs(3);
/// For each thing that is wanted so many are asked of each index: some will not pass the gate.
const OVER: usize = 4;
/// The most that are asked of an index.
const MOST: usize = 200;
/// Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009), with a small constant: a few of the best are wanted, not
/// a thousand, and both lists get worse quickly. `make bench-retrieval` shows what it does.
const RANK: f32 = 5.0;
/// What a place among those near in meaning counts beside the same place among those with the same words, where a model made
/// the vectors, and where the house did.
const MEANING: f32 = 1.0;
const MEANING_WITHOUT_MODEL: f32 = 0.6;

/// What was found, the best first.
#[derive(Debug, Default)]
pub(crate) struct Finds {
    /// That, as far as every reader may read it.
    pub found: Vec<Found>,
    /// Why its meaning did not count, where it should have.
    pub without_meaning: Option<Error>,
}

impl Application {
    /// What fits a question best, the best first. Where its meaning is not to be had its words alone count, and it is logged.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn find(&self, question: &Question<'_>) -> Result<Finds, Error> {
        if (question.places.is_empty() && !question.everywhere) || question.limit == 0 {
            return Ok(Finds::default());
        }
        let wanted = question.limit.saturating_mul(OVER).saturating_add(question.leave_out.len()).min(MOST);
        let (by_words, by_meaning) = tokio::join!(self.by_words(question, wanted), self.by_meaning(question, wanted));
        let (by_meaning, without_meaning) = match by_meaning {
            Ok(by_meaning) => (by_meaning, None),
            Err(error) => {
                // That they may not have it, nobody needs to look into.
                if !matches!(error, Error::Conflict(_)) {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the meaning of a question does not count"
                    );
                }
                (Vec::new(), Some(error))
            }
        };
        let meaning = if self.models.embedder_asks_a_model() { MEANING } else { MEANING_WITHOUT_MODEL };
        let ranked = fused(&[(by_words?, 1.0), (by_meaning, meaning)]);
        let mut files = HashSet::new();
        let is_new = |found: &Found| {
            let file = found.file().filter(|_| question.each_file_once);
            file.is_none_or(|file| files.insert(file.id))
        };
        let readable = self.let_through(&question.audience(), ranked).await?;
        let found = readable.into_iter().filter(|found| question.is_answered_by(found)).filter(is_new);
        Ok(Finds { found: found.take(question.limit).collect(), without_meaning })
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
        let conversations = question.conversations();
        let organization = question.readers.organization();
        let mut found: Vec<Candidate> = Vec::new();
        if question.kind != Some(VectorKind::File) {
            let search = MessageSearch {
                organization,
                user: question.asker,
                query: query.clone(),
                matching: Matching::Any,
                rooms: question.rooms,
                conversations: conversations.clone(),
                author: question.author,
                since: question.since,
                before: question.before,
                limit,
            };
            let hits = self.store.search_messages(search).await?;
            found.extend(hits.iter().map(Candidate::from));
        }
        if question.kind != Some(VectorKind::Message) {
            let search = FileSearch {
                organization,
                user: question.asker,
                query,
                matching: Matching::Any,
                conversation: match conversations.as_deref() {
                    Some([only]) => Some(*only),
                    _ => None,
                },
                author: question.author,
                since: question.since,
                before: question.before,
                limit,
            };
            found.extend(self.store.search_files(search).await?.iter().map(Candidate::from));
        }
        Ok(found)
    }

    async fn by_meaning(&self, question: &Question<'_>, wanted: usize) -> Result<Vec<Candidate>, Error> {
        if question.mode == Mode::Keyword || question.places.is_empty() {
            return Ok(Vec::new());
        }
        let texts = [question.text.to_owned()];
        let embedding = timeout(EMBEDDING, self.metered(question.account).embed(&texts)).await;
        let Some(values) = embedding.map_err(away)??.pop() else { return Ok(Vec::new()) };
        let model = self.models.embedding_model().to_owned();
        let limit = u32::try_from(wanted).unwrap_or(u32::MAX);
        let query = VectorQuery {
            kind: question.kind,
            author: question.author,
            since: question.since,
            before: question.before,
            ..VectorQuery::new(values, model, question.places.clone(), limit)
        };
        let hits = timeout(ASKING, self.vectors.query(question.readers.organization(), query)).await;
        Ok(hits.map_err(away)?.map_err(away)?.iter().map(Candidate::from).collect())
    }
}

fn away(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Unavailable(Some(Box::new(error)))
}

/// Joins ranked lists, each with what a place in it counts: what stands high in several comes before what stands high in one.
fn fused(lists: &[(Vec<Candidate>, f32)]) -> Vec<Candidate> {
    let mut scores: HashMap<Named, (f32, Option<i64>, usize)> = HashMap::new();
    let mut order = 0;
    for (list, weight) in lists {
        let mut seen = HashSet::new();
        let each_once = list.iter().filter(|candidate| seen.insert(candidate.named));
        for (rank, Candidate { named, version }) in each_once.enumerate() {
            let entry = scores.entry(*named).or_insert((0.0, *version, order));
            entry.0 += weight / (RANK + rank as f32 + 1.0);
            order += 1;
        }
    }
    let mut ranked: Vec<_> = scores.into_iter().collect();
    ranked.sort_by(|(_, one), (_, other)| other.0.total_cmp(&one.0).then(one.2.cmp(&other.2)));
    ranked.into_iter().map(|(named, (_, version, _))| Candidate { named, version }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stead_domain::MessageId;
    use uuid::Uuid;

    use super::*;

    fn message(n: u128) -> Candidate {
        Candidate { named: Named::Message(MessageId::new(Uuid::from_u128(n))), version: Some(1) }
    }

    #[test]
    fn what_both_find_comes_first() {
        let by_words = [1, 2, 3].map(message).to_vec();
        let by_meaning = [4, 3, 5].map(message).to_vec();
        let joined = fused(&[(by_words, 1.0), (by_meaning, 1.0)]);
        assert_eq!(joined[0], message(3));
        assert_eq!(joined.len(), 5);
    }

    #[test]
    fn what_counts_more_comes_first() {
        let joined = fused(&[(vec![message(1)], 0.5), (vec![message(2)], 1.0)]);
        assert_eq!(joined, [message(2), message(1)]);
    }

    proptest! {
        #[test]
        fn all_that_was_found_is_there_once_and_one_list_keeps_its_order(
            one in prop::collection::vec(0u128..20, 0..20),
            other in prop::collection::vec(0u128..20, 0..20),
            weight in 0.1f32..2.0,
        ) {
            let of = |list: &[u128]| list.iter().copied().map(message).collect::<Vec<_>>();
            let joined = fused(&[(of(&one), 1.0), (of(&other), weight)]);
            let names: HashSet<Named> = joined.iter().map(|candidate| candidate.named).collect();
            prop_assert_eq!(names.len(), joined.len());
            let all: HashSet<u128> = one.iter().chain(&other).copied().collect();
            prop_assert_eq!(all.len(), joined.len());
            let alone = fused(&[(of(&one), weight), (Vec::new(), 1.0)]);
            let mut seen = HashSet::new();
            let expected: Vec<_> = of(&one).into_iter().filter(|candidate| seen.insert(candidate.named)).collect();
            prop_assert_eq!(alone, expected);
        }
    }
}
