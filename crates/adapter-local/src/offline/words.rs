//! Words, sentences and tokens, in any script.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

/// How many characters make a token, roughly.
const CHARS_PER_TOKEN: usize = 4;
/// A piece of the stream is no longer, also where a script has no spaces.
const MAX_PIECE: usize = 24;

/// Words that say nothing about what a sentence is about.
const COMMON: [&str; 66] = [
    "the", "and", "for", "are", "but", "not", "you", "your", "all", "any", "can", "had", "her", "was", "one", "our",
    "out", "has", "him", "his", "how", "its", "let", "may", "she", "too", "use", "who", "why", "with", "this", "that",
    "have", "from", "they", "will", "would", "there", "their", "what", "which", "when", "where", "about", "please",
    "could", "should", "does", "did", "been", "were", "than", "then", "them", "these", "those", "into", "just", "tell",
    "say", "said", "some", "more", "also", "here", "give",
];

pub(super) fn estimated_tokens(chars: usize) -> usize {
    chars.div_ceil(CHARS_PER_TOKEN)
}

/// What a text is about: its words, folded, without the common and the short ones.
pub(super) fn topics(text: &str) -> HashSet<String> {
    text.unicode_words().map(str::to_lowercase).filter(|word| is_topic(word)).collect()
}

fn is_topic(word: &str) -> bool {
    // In scripts without spaces a word may be a single sign.
    let is_long_enough = !word.is_ascii() || word.len() > 2 || word.bytes().any(|byte| byte.is_ascii_digit());
    is_long_enough && !COMMON.contains(&word)
}

/// The sentences of a text, each on one line, without the marks of headings, quotes and lists before it.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = String> {
    text.unicode_sentences().map(one_line).filter(|sentence| !sentence.is_empty())
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_start_matches(['#', '>', '-', '*', '|', ' ', '`']).to_owned()
}

/// At most so many characters as people count them.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.grapheme_indices(true).nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}

/// A text in the pieces in which it is streamed: words with the space after them; no character is split.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut count) = (0, 0);
    for (at, sign) in text.grapheme_indices(true) {
        count += 1;
        let end = at + sign.len();
        if sign.chars().all(char::is_whitespace) || count >= MAX_PIECE {
            pieces.extend(text.get(start..end));
            (start, count) = (end, 0);
        }
    }
    pieces.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_joined_are_the_text() {
        for text in ["", "one", "one two\n\nthree ", "👩‍👩‍👧👩‍👩‍👧 नमस्ते दुनिया", &"長い文".repeat(30)]
        {
            let pieces = pieces(text);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.graphemes(true).count() <= MAX_PIECE));
        }
    }

    #[test]
    fn what_is_cut_is_cut_between_characters() {
        assert_eq!(shortened("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2), "👩‍👩‍👧👩‍👩‍👧…");
        assert_eq!(shortened("short", 5), "short");
    }

    #[test]
    fn topics_are_folded_and_without_common_words() {
        let topics = topics("What IS the Größe of room B4 in 東京?");
        for topic in ["größe", "room", "b4", "東"] {
            assert!(topics.contains(topic), "{topics:?}");
        }
        assert!(!topics.contains("what") && !topics.contains("is"));
    }

    #[test]
    fn sentences_stand_on_one_line() {
        let found: Vec<String> = sentences("# Title\n> Quoted\ntext. Next one!  \n\n- item").collect();
        assert_eq!(found, ["Title", "Quoted", "text.", "Next one!", "item"]);
    }
}
