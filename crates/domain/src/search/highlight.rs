use std::ops::Range;

use super::{
    query::{SearchQuery, Term},
    words::{Word, words},
};

/// How many bytes of a text stand before and after what was found.
const AROUND: usize = 80;
/// How many parts of a text are shown.
const MOST: usize = 3;

/// A part of a text, and what in it was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// The part.
    pub text: String,
    /// Where in it the words are that were searched for, in bytes, in order and apart from each other.
    pub found: Vec<Range<usize>>,
    /// Whether the text goes on before it.
    pub is_cut_before: bool,
    /// Whether the text goes on after it.
    pub is_cut_after: bool,
}

/// Where a text has what a query asks for, at most three parts; `None` if it does not have all of it.
pub fn highlights(text: &str, query: &SearchQuery) -> Option<Vec<Highlight>> {
    let words: Vec<Word> = words(text).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    for term in query.terms() {
        let before = found.len();
        found.extend(places(&words, term));
        if found.len() == before {
            return None;
        }
    }
    Some(parts(text, &words, found))
}

/// Where a text has any of what a query asks for, at most three parts; how it begins if it has nothing of it.
pub fn excerpts(text: &str, query: &SearchQuery) -> Vec<Highlight> {
    let words: Vec<Word> = words(text).collect();
    let found: Vec<Range<usize>> = query.terms().iter().flat_map(|term| places(&words, term)).collect();
    if found.is_empty() {
        let beginning = shown(text, &words, 0..ceiling(text, 2 * AROUND), &[]);
        return if beginning.text.is_empty() { Vec::new() } else { vec![beginning] };
    }
    parts(text, &words, found)
}

/// What was found, with what stands around it.
fn parts(text: &str, words: &[Word], mut found: Vec<Range<usize>>) -> Vec<Highlight> {
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut parts: Vec<(Range<usize>, Vec<Range<usize>>)> = Vec::new();
    for range in apart(found) {
        let around = floor(text, range.start.saturating_sub(AROUND))..ceiling(text, range.end.saturating_add(AROUND));
        let count = parts.len();
        match parts.last_mut() {
            Some((part, inside)) if around.start <= part.end => {
                // A part does not grow without end.
                if part.end - part.start < 6 * AROUND {
                    part.end = part.end.max(around.end);
                    inside.push(range);
                }
            }
            _ if count == MOST => break,
            _ => parts.push((around, vec![range])),
        }
    }
    parts.into_iter().map(|(part, found)| shown(text, words, part, &found)).collect()
}

/// Where the words of a term follow one another.
fn places<'a>(all: &'a [Word], term: &'a Term) -> impl Iterator<Item = Range<usize>> + 'a {
    let last = term.words.len().saturating_sub(1);
    let fits = move |some: &&[Word]| {
        some.iter().zip(&term.words).enumerate().all(|(n, (word, wanted))| {
            word.folded == *wanted || (n == last && term.goes_on && word.folded.starts_with(wanted.as_str()))
        })
    };
    all.windows(last + 1).filter(fits).filter_map(|some| Some(some.first()?.at.start..some.last()?.at.end))
}

/// Joins what overlaps.
fn apart(sorted: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in sorted {
        match apart.last_mut() {
            Some(before) if range.start < before.end => before.end = before.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// Cut at words, where one is near, rather than within them.
fn shown(text: &str, words: &[Word], part: Range<usize>, found: &[Range<usize>]) -> Highlight {
    let first = found.first().map_or(part.start, |range| range.start);
    let last = found.last().map_or(part.start, |range| range.end);
    let whole = |at: &Range<usize>| part.start <= at.start && at.end <= part.end;
    let start = if part.start == 0 {
        0
    } else {
        words.iter().find(|word| whole(&word.at)).map_or(part.start, |word| word.at.start).min(first)
    };
    let end = if part.end == text.len() {
        text.len()
    } else {
        words.iter().rfind(|word| whole(&word.at)).map_or(part.end, |word| word.at.end).max(last)
    };
    Highlight {
        text: text.get(start..end).unwrap_or_default().to_owned(),
        found: found.iter().map(|range| range.start - start..range.end - start).collect(),
        is_cut_before: start > 0,
        is_cut_after: end < text.len(),
    }
}

fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

fn ceiling(text: &str, at: usize) -> usize {
    text.ceil_char_boundary(at.min(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str, query: &str) -> Option<Vec<String>> {
        let parts = highlights(text, &SearchQuery::parse(query).unwrap())?;
        let marked = parts.iter().map(|part| {
            let mut marked = part.text.clone();
            for range in part.found.iter().rev() {
                marked.insert(range.end, ']');
                marked.insert(range.start, '[');
            }
            let (before, after) = (if part.is_cut_before { "…" } else { "" }, if part.is_cut_after { "…" } else { "" });
            format!("{before}{marked}{after}")
        });
        Some(marked.collect())
    }

    #[test]
    fn what_is_searched_for_is_found() {
        for (text, query, expected) in [
            ("Hello, World!", "world", Some("Hello, [World]!")),
            ("Hello, World!", "hello wor", Some("[Hello], [World]!")),
            ("Hello, World!", "\"hello world\"", Some("[Hello, World]!")),
            ("Hello, World!", "\"world hello\"", None),
            ("Hello, World!", "wor ", None),
            ("Grüße", "gruß", Some("[Grüße]")),
            ("東京都庁", "京都", Some("東[京都]庁")),
            ("a a a", "\"a a\"", Some("[a a a]")),
        ] {
            assert_eq!(marked(text, query), expected.map(|text| vec![text.to_owned()]), "{text} {query}");
        }
    }

    #[test]
    fn a_long_text_is_shown_in_parts() {
        let text = format!("needle {} needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let parts = marked(&text, "needle ").unwrap();
        assert_eq!(parts.len(), 2);
        assert!(parts[0].starts_with("[needle] hay") && parts[0].ends_with("hay…"), "{}", parts[0]);
        assert!(parts[1].starts_with("…hay") && parts[1].ends_with("straw…"), "{}", parts[1]);
        let many = "needle ".repeat(500);
        let parts = highlights(&many, &SearchQuery::parse("needle").unwrap()).unwrap();
        assert!(parts.len() <= 3 && parts.iter().all(|part| part.text.len() < 1_000));
    }

    #[test]
    fn a_text_is_shown_also_where_little_of_it_was_asked_for() {
        let shown = |text: &str, query: &str| -> Vec<String> {
            excerpts(text, &SearchQuery::of_text(query)).into_iter().map(|part| part.text).collect()
        };
        assert_eq!(shown("Pears are ripe", "plums or pears"), ["Pears are ripe"]);
        assert_eq!(excerpts("Pears are ripe", &SearchQuery::of_text("plums, pears"))[0].found, vec![0..5]);
        assert_eq!(shown("Pears are ripe", "plums"), ["Pears are ripe"]);
        let long = shown(&"wörter ".repeat(100), "plums");
        assert!(long.len() == 1 && long[0].len() < 200 && long[0].ends_with("wörter"), "{long:?}");
        assert!(shown("", "plums").is_empty());
    }

    proptest! {
        #[test]
        fn parts_are_of_the_text(text in "[ a-dÄ日👋\"<]{0,400}", query in "[ a-dä日\"*]{1,12}") {
            let query = SearchQuery::parse(&query).unwrap();
            let all = highlights(&text, &query).unwrap_or_default();
            prop_assert!(all.iter().all(|part| !part.found.is_empty()));
            for part in all.into_iter().chain(excerpts(&text, &query)) {
                prop_assert!(text.contains(&part.text));
                let mut before = 0;
                for range in part.found {
                    prop_assert!(range.start >= before && range.start < range.end);
                    prop_assert!(part.text.get(range.clone()).is_some());
                    before = range.end;
                }
            }
        }
    }
}
