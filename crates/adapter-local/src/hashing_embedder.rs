use std::collections::BTreeMap;

use async_trait::async_trait;
use stead_domain::{
    ports::{Embedder, embedder::normalized, llm::LlmError},
    search::{Telling, telling, words},
};

/// How many places a vector has.
const DIMENSIONS: usize = 384;
/// What is looked at of a text, in characters.
const MAX_TEXT: usize = 20_000;
/// How long a word's pieces are, in characters, and what all pieces of one count beside it.
const PIECE: usize = 3;
const PIECES: f32 = 0.8;

/// Vectors without a model: each word of a text, and each piece of it, counts at a place that its hash names, the more the word
/// says. So texts that share words, or forms of them, are near each other; synonyms are not. The same text gives the same
/// vector, for ever.
#[derive(Debug, Clone, Copy, Default)]
pub struct HashingEmbedder;

#[async_trait]
impl Embedder for HashingEmbedder {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        texts.iter().map(|text| normalized(vector(text))).collect()
    }

    fn model(&self) -> &str {
        "feature-hashing-384-v2"
    }

    fn asks_a_model(&self) -> bool {
        false
    }
}

/// What a word counts. Nobody here knows how rare a word is; how common it is in its language is known of some.
fn weight(word: &str) -> f32 {
    match telling(word) {
        Telling::Nothing => 0.03,
        Telling::Little => 0.2,
        Telling::Much => 1.0,
    }
}

fn vector(text: &str) -> Vec<f32> {
    let text = text.char_indices().nth(MAX_TEXT).and_then(|(end, _)| text.get(..end)).unwrap_or(text);
    // Sorted, so that sums come out the same to the last digit.
    let mut features: BTreeMap<u64, f32> = BTreeMap::new();
    let mut count = |feature: &str, weight: f32| *features.entry(hash(feature)).or_default() += weight;
    for word in words(text) {
        let (word, weight) = (word.folded.as_str(), weight(&word.folded));
        count(word, weight);
        let signs: Vec<char> = std::iter::once('<').chain(word.chars()).chain(std::iter::once('>')).collect();
        let pieces = signs.windows(PIECE);
        let each = weight * PIECES / f32::from(u16::try_from(pieces.len().max(1)).unwrap_or(u16::MAX));
        for piece in pieces {
            count(&piece.iter().collect::<String>(), each);
        }
    }
    let mut vector = vec![0.0; DIMENSIONS];
    for (hash, weight) in features {
        let place = usize::try_from(hash % DIMENSIONS as u64).unwrap_or(0);
        // Half of them count downwards, so that what falls together by chance cancels out. A word that comes often counts
        // more, but not that often.
        let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
        if let Some(value) = vector.get_mut(place) {
            *value += sign * weight.sqrt();
        }
    }
    vector
}

/// FNV-1a with a last stir: the same on every machine and in every version.
fn hash(feature: &str) -> u64 {
    let hash = feature
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    let stirred = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    stirred ^ (stirred >> 33)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stead_domain::ports::embedder::cosine;

    use super::*;

    async fn make() -> (Arc<dyn Embedder>, ()) {
        (Arc::new(HashingEmbedder), ())
    }

    stead_testkit::embedder_contract_tests!(make);

    #[test]
    fn what_shares_words_is_nearer() {
        let near = |one: &str, other: &str| cosine(&vector(one), &vector(other));
        let question = "When does the warehouse gate open?";
        let (fitting, other) = ("The gate of the warehouse opens at seven.", "Pears are ripe when they are soft.");
        assert!(near(question, fitting) > near(question, other) + 0.2);
        assert!(near("CAFÉ MÜNCHEN", "cafe munchen") > 0.999);
        assert!(
            near("Rechnungen bezahlen", "Rechnung bezahlt") > near("Rechnungen bezahlen", "Birnen sind reif") + 0.1
        );
        assert_eq!(vector(""), vec![0.0; DIMENSIONS]);
    }

    #[test]
    fn vectors_stay_what_they_are() {
        let places: Vec<usize> =
            vector("pear").iter().enumerate().filter(|(_, value)| **value != 0.0).map(|(n, _)| n).collect();
        assert_eq!(places.len(), 5, "a word and its four pieces: {places:?}");
        assert_eq!(hash("pear"), hash("pear"));
    }
}
