//! Which passages matter to a question.
//!
//! Each gets two marks from 0 to 1: how well its words fit (BM25: a word counts the more, the fewer passages have it, and the
//! less, the longer the passage), and how near its meaning is (the cosine of the vectors). The mean of both is its score;
//! where there are no vectors, the words alone count.

use std::collections::{HashMap, HashSet};

use stead_domain::{
    passage::{Embedding, Passage},
    ports::embedder::cosine,
};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// The usual parameters of BM25.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;
/// Words of a question that say nothing about what it asks for.
const COMMON: [&str; 40] = [
    "the", "and", "for", "are", "is", "of", "to", "in", "on", "at", "a", "an", "it", "its", "this", "that", "with",
    "from", "what", "when", "where", "which", "who", "how", "why", "does", "do", "did", "was", "were", "be", "by",
    "or", "as", "me", "my", "you", "your", "please", "tell",
];
/// How many different words of a question count.
const MOST_WORDS: usize = 64;

/// What is asked.
pub(super) struct Question {
    words: Vec<String>,
    meaning: Option<Embedding>,
}

impl Question {
    pub(super) fn new(text: &str, meaning: Option<Embedding>) -> Self {
        let mut seen = HashSet::new();
        let words = words(text).filter(|word| !COMMON.contains(&word.as_str()) && seen.insert(word.clone()));
        Self { words: words.take(MOST_WORDS).collect(), meaning }
    }
}

/// Looks at passages, keeping of each no more than its marks.
pub(super) struct Marks<'a> {
    question: &'a Question,
    marked: Vec<Marked>,
}

/// What a passage has of a question.
struct Marked {
    counts: Vec<u16>,
    length: f32,
    nearness: Option<f32>,
}

impl<'a> Marks<'a> {
    pub(super) fn new(question: &'a Question) -> Self {
        Self { question, marked: Vec::new() }
    }

    /// Looks at the next passage.
    pub(super) fn look(&mut self, passage: &Passage) {
        let places: HashMap<&str, usize> = self.question.words.iter().map(String::as_str).zip(0..).collect();
        let (mut counts, mut length) = (vec![0u16; self.question.words.len()], 0u16);
        for word in words(&passage.text) {
            length = length.saturating_add(1);
            if let Some(count) = places.get(word.as_str()).and_then(|place| counts.get_mut(*place)) {
                *count = count.saturating_add(1);
            }
        }
        let meanings = self.question.meaning.as_ref().zip(passage.embedding.as_ref());
        let nearness = meanings
            .filter(|(asked, said)| asked.model == said.model)
            .map(|(asked, said)| cosine(&asked.values, &said.values).max(0.0));
        self.marked.push(Marked { counts, length: f32::from(length), nearness });
    }

    /// A score for each passage that was looked at, in their order.
    pub(super) fn scores(self) -> Vec<f32> {
        let passages = self.marked.len().max(1) as f32;
        let mean = (self.marked.iter().map(|marked| marked.length).sum::<f32>() / passages).max(1.0);
        let rarity: Vec<f32> = (0..self.question.words.len())
            .map(|word| {
                let having =
                    self.marked.iter().filter(|marked| marked.counts.get(word).is_some_and(|count| *count > 0));
                let having = having.count() as f32;
                (1.0 + (passages - having + 0.5) / (having + 0.5)).ln()
            })
            .collect();
        let fit = |marked: &Marked| -> f32 {
            let counts = marked.counts.iter().map(|count| f32::from(*count));
            let of_word = |(count, rarity): (f32, &f32)| {
                let length = SATURATION * (1.0 - LENGTH + LENGTH * marked.length / mean);
                rarity * count * (SATURATION + 1.0) / (count + length)
            };
            counts.zip(&rarity).map(of_word).sum()
        };
        let fits: Vec<f32> = self.marked.iter().map(fit).collect();
        let best = fits.iter().copied().fold(0.0, f32::max);
        let score = |(marked, fit): (&Marked, f32)| {
            let fit = if best > 0.0 { fit / best } else { 0.0 };
            marked.nearness.map_or(fit, |nearness| f32::midpoint(fit, nearness))
        };
        self.marked.iter().zip(fits).map(score).collect()
    }
}

/// The words of a text, in lower case and without accents.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let fold = |word: &str| word.nfkd().filter(|sign| !is_combining_mark(*sign)).flat_map(char::to_lowercase).collect();
    text.unicode_words().map(fold)
}

#[cfg(test)]
mod tests {
    use stead_domain::ports::text_extractor::Place;

    use super::*;

    fn passage(text: &str, values: Option<[f32; 2]>) -> Passage {
        let embedding = values.map(|values| Embedding { model: "m".into(), values: values.to_vec() });
        Passage { n: 0, place: Place::Document, text: text.into(), tokens: 1, embedding }
    }

    fn scores(question: &Question, passages: &[Passage]) -> Vec<f32> {
        let mut marks = Marks::new(question);
        passages.iter().for_each(|passage| marks.look(passage));
        marks.scores()
    }

    #[test]
    fn rare_words_count_more_than_common_ones() {
        let question = Question::new("What is the CODE of the gate?", None);
        let passages = ["The gate is red.", "The gate's còde is 4711.", "The gate is old.", "Pears."]
            .map(|text| passage(text, None));
        let scores = scores(&question, &passages);
        assert!(scores[1] > scores[0] && scores[0] > scores[3], "{scores:?}");
        assert!((scores[1] - 1.0).abs() < 1e-6 && scores[3].abs() < 1e-6);
    }

    #[test]
    fn meaning_counts_where_words_do_not() {
        let meaning = Embedding { model: "m".into(), values: vec![1.0, 0.0] };
        let question = Question::new("opening hours", Some(meaning.clone()));
        let passages = [passage("We are there from nine.", Some([1.0, 0.0])), passage("Pears.", Some([0.0, 1.0]))];
        let found = scores(&question, &passages);
        assert!(found[0] > 0.4 && found[1] < 0.1, "{found:?}");
        let other = Question::new("opening hours", Some(Embedding { model: "other".into(), ..meaning }));
        assert!(
            scores(&other, &passages).iter().all(|score| score.abs() < 1e-6),
            "vectors of another model do not count"
        );
    }

    #[test]
    fn nothing_asked_and_nothing_said_are_no_trouble() {
        assert!(scores(&Question::new("", None), &[]).is_empty());
        let all = scores(&Question::new("the of", None), &[passage("", None)]);
        assert!(all.iter().all(|score| score.abs() < 1e-6));
    }
}
