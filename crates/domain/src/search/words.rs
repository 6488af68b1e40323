use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// Of a longer word only so many characters count.
const LONGEST: usize = 64;

/// A word of a text: a run of letters and digits, or one character of a script that puts no spaces between words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// How it is compared: in lower case, without accents; letters and digits alone, 64 at most.
    pub folded: String,
    /// Where in the text it stands, in bytes.
    pub at: Range<usize>,
}

/// The words of a text, in their order.
pub fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, first) = characters.next()?;
            if !belongs(first) {
                continue;
            }
            let mut end = start + first.len_utf8();
            if !stands_alone(first) {
                while let Some((at, next)) = characters.next_if(|(_, next)| goes_on(*next)) {
                    end = at + next.len_utf8();
                }
            } else {
                while let Some((at, next)) = characters.next_if(|(_, next)| is_mark(*next)) {
                    end = at + next.len_utf8();
                }
            }
            let folded = fold(text.get(start..end)?);
            if !folded.is_empty() {
                return Some(Word { folded, at: start..end });
            }
        }
    })
}

/// How the words of a text are compared, in their order.
pub fn folded_words(text: &str) -> Vec<String> {
    words(text).map(|word| word.folded).collect()
}

fn belongs(c: char) -> bool {
    c.is_alphanumeric()
}

/// Whether a character that follows on a letter is still of the same word.
fn goes_on(c: char) -> bool {
    is_mark(c) || (belongs(c) && !stands_alone(c))
}

/// Marks over and under letters, where a text has them apart from their letter.
fn is_mark(c: char) -> bool {
    is_accent(c) || matches!(c, '\u{3099}' | '\u{309a}')
}

/// Marks that do not count. Those of kana make another letter.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

/// Scripts without spaces between words: each of their characters counts as a word, and a word of several is found as
/// several that follow one another.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3040}'..='\u{30ff}' // Hiragana, Katakana
        | '\u{3105}'..='\u{312f}' // Bopomofo
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' // Katakana of half width
        | '\u{20000}'..='\u{3ffff}')
}

fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.chars().take(LONGEST).map(|c| c.to_ascii_lowercase()).collect();
    }
    // Taken apart twice: lower case brings marks of its own.
    let lower: String = word.nfkd().flat_map(char::to_lowercase).collect();
    let bare: String = lower.nfd().filter(|c| !is_accent(*c)).collect();
    bare.nfc().filter(|c| c.is_alphanumeric()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        for (text, expected) in [
            ("", &[][..]),
            (" -- !? 👋 ", &[]),
            ("Hello, World", &["hello", "world"]),
            ("can't stop", &["can", "t", "stop"]),
            ("a.b@example.org", &["a", "b", "example", "org"]),
            ("snake_case x2", &["snake", "case", "x2"]),
            ("Grüße ÉTÉ e\u{301}te\u{301} Ёлка", &["gruße", "ete", "ete", "елка"]),
            ("ﬁne ＡＢ１ İstanbul", &["fine", "ab1", "istanbul"]),
            ("日本語の本", &["日", "本", "語", "の", "本"]),
            ("x日y", &["x", "日", "y"]),
            ("한국어 말", &["한국어", "말"]),
            ("<b>bold</b>", &["b", "bold", "b"]),
        ] {
            assert_eq!(folded_words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_word_is_cut() {
        assert_eq!(folded_words(&"ab".repeat(500)), ["ab".repeat(32)]);
    }

    proptest! {
        #[test]
        fn words_lie_in_the_text_in_order(text in "\\PC{0,80}") {
            let mut before = 0;
            for word in words(&text) {
                prop_assert!(word.at.start >= before);
                prop_assert!(!text[word.at.clone()].is_empty());
                prop_assert!(word.folded.chars().all(char::is_alphanumeric));
                prop_assert!((1..=LONGEST).contains(&word.folded.chars().count()));
                before = word.at.end;
            }
        }

        #[test]
        fn what_is_folded_stays_as_it_is(text in "\\PC{0,80}") {
            for word in words(&text) {
                let again = folded_words(&word.folded);
                prop_assert_eq!(again.concat(), word.folded);
            }
        }
    }
}
