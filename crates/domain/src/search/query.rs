use super::{
    telling::{Telling, telling},
    words::words,
};
use crate::{Invalid, text::checked};

/// What somebody searches for. Any text is a query: words and `"phrases in quotes"`, all of which a text must have; a
/// word with `*` after it, and the last one that is not in quotes, may go on (`deploy*` finds `deployment`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    terms: Vec<Term>,
}

/// One thing that a text must have: words that follow one another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// The words, as they are compared; one at least.
    pub words: Vec<String>,
    /// Whether the last of them may go on.
    pub goes_on: bool,
}

/// How long the beginning of a word must be to be searched for as such.
const SHORTEST_BEGINNING: usize = 2;

impl SearchQuery {
    /// The longest query, in characters.
    pub const MAX_CHARACTERS: usize = 500;
    /// How many words one may have.
    pub const MAX_WORDS: usize = 32;

    /// Reads a query.
    ///
    /// # Errors
    /// It is empty, longer than [`MAX_CHARACTERS`](Self::MAX_CHARACTERS), has more than [`MAX_WORDS`](Self::MAX_WORDS)
    /// words or holds a NUL.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = checked(text.to_owned(), 1, Self::MAX_CHARACTERS)?;
        let mut terms = Vec::new();
        for (n, part) in text.split('"').enumerate() {
            if n % 2 == 1 {
                terms.extend(term(part, false));
            } else {
                terms.extend(part.split_whitespace().filter_map(|word| term(word, word.ends_with('*'))));
            }
        }
        // An odd number of parts: the text does not end within quotes.
        let last = text.rsplit('"').next().unwrap_or_default();
        if text.split('"').count() % 2 == 1
            && last.ends_with(|c: char| c.is_alphanumeric())
            && let Some(term) = terms.last_mut()
        {
            term.goes_on = long_enough(&term.words);
        }
        let mut seen = std::collections::HashSet::new();
        terms.retain(|term| seen.insert(term.clone()));
        if terms.iter().map(|term| term.words.len()).sum::<usize>() > Self::MAX_WORDS {
            return Err(Invalid::new(format!("must have at most {} words", Self::MAX_WORDS)));
        }
        Ok(Self { terms })
    }

    /// Of a text that is no query (a question, say): its words, each for itself, as many as fit, without those that say
    /// nothing, where it has others.
    pub fn of_text(text: &str) -> Self {
        let mut distinct: Vec<String> = Vec::new();
        for word in words(text) {
            if !distinct.contains(&word.folded) {
                distinct.push(word.folded);
            }
        }
        if distinct.iter().any(|word| telling(word) > Telling::Nothing) {
            distinct.retain(|word| telling(word) > Telling::Nothing);
        }
        distinct.truncate(Self::MAX_WORDS);
        Self { terms: distinct.into_iter().map(|word| Term { words: vec![word], goes_on: false }).collect() }
    }

    /// What a text must have. Nothing where the query has no words: then nothing is found.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
}

fn term(text: &str, goes_on: bool) -> Option<Term> {
    let words: Vec<String> = words(text).map(|word| word.folded).collect();
    let goes_on = goes_on && long_enough(&words);
    (!words.is_empty()).then_some(Term { words, goes_on })
}

fn long_enough(words: &[String]) -> bool {
    words.last().is_some_and(|last| last.chars().nth(SHORTEST_BEGINNING - 1).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let query = SearchQuery::parse(text).unwrap();
        let shown = query.terms().iter().map(|term| {
            let star = if term.goes_on { "*" } else { "" };
            format!("{}{star}", term.words.join(" "))
        });
        shown.collect()
    }

    #[test]
    fn a_query_is_words_and_phrases() {
        for (text, expected) in [
            ("Hello", &["hello*"][..]),
            ("hello world ", &["hello", "world"]),
            ("\"hello  World\" again", &["hello world", "again*"]),
            ("\"hello world", &["hello world"]),
            ("a \"b\"", &["a", "b"]),
            ("depl* now", &["depl*", "now*"]),
            ("d* x", &["d", "x"]),
            ("e-mail", &["e mail*"]),
            ("foo.bar* baz.", &["foo bar*", "baz"]),
            ("the the the ", &["the"]),
            ("日本", &["日 本"]),
            ("*", &[]),
            ("\"\"\"", &[]),
            ("AND OR NOT ( ) : & | ! ' \\ -x", &["and", "or", "not", "x"]),
            ("👋", &[]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_query_has_bounds() {
        for bad in [String::new(), "x".repeat(501), "a\0b".to_owned(), (0..33).map(|n| format!("w{n} ")).collect()] {
            assert!(SearchQuery::parse(&bad).is_err());
        }
        assert!(SearchQuery::parse(&"é".repeat(500)).is_ok());
        let most: String = (0..32).map(|n| format!("w{n} ")).collect();
        assert_eq!(SearchQuery::parse(&most).unwrap().terms().len(), 32);
    }

    #[test]
    fn a_text_is_asked_for_by_its_words() {
        for (text, expected) in [
            ("Does \"anybody\" have pears, does anybody? Pears?", &["pears"][..]),
            ("Who is it?", &["who", "is", "it"]),
            ("?!", &[]),
        ] {
            let query = SearchQuery::of_text(text);
            let words: Vec<_> = query.terms().iter().map(|term| term.words.concat()).collect();
            assert_eq!(words, expected);
            assert!(query.terms().iter().all(|term| !term.goes_on));
        }
        assert_eq!(SearchQuery::of_text(&(0..99).map(|n| format!("{n} ")).collect::<String>()).terms().len(), 32);
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(text in "[\\PC\"* ]{1,60}") {
            if let Ok(query) = SearchQuery::parse(&text) {
                for term in query.terms() {
                    prop_assert!(!term.words.is_empty());
                    prop_assert!(term.words.iter().all(|word| word.chars().all(char::is_alphanumeric)));
                }
            } else {
                prop_assert!(words(&text).count() > SearchQuery::MAX_WORDS);
            }
        }
    }
}
