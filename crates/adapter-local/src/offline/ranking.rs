//! Which sentences fit best.

use std::collections::{HashMap, HashSet};

use super::words::topics;

/// The places of the sentences that share most with `wanted`, at most `most`, in their own order. A word counts the
/// more, the fewer sentences have it; of equals the later wins. Sentences that share nothing are never among them.
pub(super) fn best<'a>(
    sentences: impl IntoIterator<Item = &'a str>,
    wanted: &HashSet<String>,
    most: usize,
) -> Vec<usize> {
    let sentences: Vec<HashSet<String>> = sentences.into_iter().map(topics).collect();
    let mut spread: HashMap<&str, usize> = HashMap::new();
    for word in sentences.iter().flatten() {
        *spread.entry(word).or_default() += 1;
    }
    let total = sentences.len();
    let weight = |word: &String| spread.get(word.as_str()).map_or(0.0, |count| (1.0 + ratio(total, *count)).ln());
    let mut scored: Vec<(f64, usize)> = sentences
        .iter()
        .enumerate()
        .map(|(place, words)| {
            // Summed in a fixed order: the last digit must not depend on that of a hash.
            let mut shared: Vec<f64> = words.intersection(wanted).map(weight).collect();
            shared.sort_by(f64::total_cmp);
            (shared.iter().sum(), place)
        })
        .filter(|(score, _)| *score > 0.0)
        .collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
    let mut places: Vec<usize> = scored.into_iter().take(most).map(|(_, place)| place).collect();
    places.sort_unstable();
    places
}

/// Words that several sentences share: what a text as a whole is about.
pub(super) fn themes<'a>(sentences: impl IntoIterator<Item = &'a str>) -> HashSet<String> {
    let mut spread: HashMap<String, usize> = HashMap::new();
    for word in sentences.into_iter().flat_map(topics) {
        *spread.entry(word).or_default() += 1;
    }
    spread.into_iter().filter(|(_, count)| *count > 1).map(|(word, _)| word).collect()
}

fn ratio(total: usize, count: usize) -> f64 {
    let as_f64 = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    as_f64(total) / as_f64(count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_shared_words_win() {
        let sentences = ["The library opens at nine.", "The library has books.", "The library closes at six."];
        assert_eq!(best(sentences, &topics("When does the library close, closes it at six?"), 1), [2]);
        assert_eq!(best(sentences, &topics("library opens"), 2), [0, 2]);
    }

    #[test]
    fn nothing_shared_is_nothing_found() {
        assert!(best(["Pears are green."], &topics("How tall is the tower?"), 3).is_empty());
        assert!(best([], &topics("anything"), 3).is_empty());
    }
}
