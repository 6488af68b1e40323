use std::ops::RangeInclusive;

use percent_encoding::percent_decode_str;
use stead_application::realtime::Seq;
use stead_domain::{Invalid, Timestamp, event::EventCursor, page::PageLimit, text::Text};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{Problems, path};

/// The parameters of a query.
pub trait QueryParams: Sized + 'static {
    /// Reads them. What it answers counts only if the reader saw nothing wrong.
    fn read(query: &mut QueryReader) -> Self;
}

/// An operation that takes none: each is refused.
impl QueryParams for () {
    fn read(_: &mut QueryReader) -> Self {}
}

/// A query, of which each known parameter is taken once; what is left is unknown.
#[derive(Debug)]
pub struct QueryReader {
    left: Vec<(String, String)>,
    problems: Problems,
}

impl QueryReader {
    /// Reads a query and notes everything that is wrong with it.
    pub fn read<Q: QueryParams>(query: &str, problems: Problems) -> (Q, Problems) {
        let mut reader = Self { left: Vec::new(), problems };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            reader.take_in(pair);
        }
        let read = Q::read(&mut reader);
        let Self { left, mut problems } = reader;
        for (name, _) in left {
            problems.add(&name, "is no parameter of this operation");
        }
        (read, problems)
    }

    fn take_in(&mut self, pair: &str) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().map(|text| text.into_owned());
        match (decode(name), decode(value)) {
            (Ok(name), Ok(_)) if self.left.iter().any(|(known, _)| *known == name) => {
                self.problems.add(&name, "must be given once");
            }
            (Ok(name), Ok(value)) => self.left.push((name, value)),
            (_, Err(error)) | (Err(error), _) => self.problems.add(name, format!("must be UTF-8: {error}")),
        }
    }

    /// A parameter's value, if it was given.
    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.left.iter().position(|(known, _)| known == name)?;
        Some(self.left.swap_remove(place).1)
    }

    fn parsed<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Option<T>, expected: &str) -> Option<T> {
        let value = self.take(name)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.problems.add(name, expected);
        }
        parsed
    }

    /// A whole number.
    pub fn number(&mut self, name: &str, range: RangeInclusive<u32>, usual: u32) -> u32 {
        let expected = format!("must be from {} to {}", range.start(), range.end());
        let in_range = |text: &str| whole(text).filter(|number| range.contains(number));
        self.parsed(name, in_range, &expected).unwrap_or(usual)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.parsed(name, |text| text.parse().ok(), "must be `true` or `false`")
    }

    /// One of some words.
    pub fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let names: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let expected = format!("must be {}", names.join(" or "));
        self.parsed(name, |text| words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning), &expected)
    }

    /// A text of a bounded length.
    pub fn text<const MIN: usize, const MAX: usize>(&mut self, name: &str) -> Option<Text<MIN, MAX>> {
        let value = self.take(name)?;
        self.problems.optional(name, Some(value), Text::parse)
    }

    /// An id.
    pub fn id(&mut self, name: &str) -> Option<Uuid> {
        self.parsed(name, path::uuid, "must be a UUID")
    }

    /// A point in time.
    pub fn time(&mut self, name: &str) -> Option<Timestamp> {
        let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok().map(Timestamp::new);
        self.parsed(name, parse, "must be a time as in RFC 3339, like 2026-01-31T12:00:00Z")
    }

    /// A place in the event log.
    pub fn place(&mut self, name: &str) -> Option<EventCursor> {
        let value = self.take(name)?;
        self.problems.optional(name, Some(value), |text| text.parse::<Seq>()).map(|seq| seq.0)
    }

    /// A text that means something.
    pub fn meaning<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Option<T> {
        let value = self.take(name)?;
        self.problems.optional(name, Some(value), |text: String| parse(&text))
    }

    /// The same, which must be given.
    pub fn required<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Option<T> {
        let value = self.take(name);
        self.problems.required(name, value, |text: String| parse(&text))
    }

    /// The length of a page.
    pub fn page_limit(&mut self) -> PageLimit {
        let parse = |text: &str| whole(text).and_then(|limit| PageLimit::parse(i64::from(limit)).ok());
        self.parsed("limit", parse, "must be from 1 to 100").unwrap_or(PageLimit::DEFAULT)
    }

    /// Notes a problem that is not one parameter's own.
    pub fn problem(&mut self, name: &str, message: &str) {
        self.problems.add(name, message);
    }
}

/// Digits alone: no sign, no space.
fn whole(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Example {
        limit: u32,
        archived: Option<bool>,
        scope: Option<u8>,
        before: Option<Uuid>,
        at: Option<Timestamp>,
    }

    impl QueryParams for Example {
        fn read(query: &mut QueryReader) -> Self {
            Self {
                limit: query.number("limit", 1..=50, 10),
                archived: query.flag("archived"),
                scope: query.word("scope", &[("mine", 1), ("organization", 2)]),
                before: query.id("before"),
                at: query.time("at"),
            }
        }
    }

    fn read(query: &str) -> Result<Example, Vec<String>> {
        let (read, problems) = QueryReader::read::<Example>(query, Problems::default());
        match problems.none() {
            Ok(()) => Ok(read),
            Err(error) => Err(error.details().iter().map(|detail| detail.field.clone()).collect()),
        }
    }

    #[test]
    fn what_is_absent_has_its_usual_value() {
        let usual = Example { limit: 10, archived: None, scope: None, before: None, at: None };
        assert_eq!(read(""), Ok(usual));
    }

    #[test]
    fn values_are_read() {
        let id = "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071";
        let given = read(&format!("limit=50&archived=false&scope=mine&before={id}&at=1970-01-01T01%3A00:00%2B01:00"));
        let given = given.unwrap();
        assert_eq!((given.limit, given.archived, given.scope), (50, Some(false), Some(1)));
        assert_eq!((given.before, given.at), (Some(id.parse().unwrap()), Some(Timestamp::EPOCH)));
    }

    #[test]
    fn nothing_is_clamped_or_guessed() {
        for bad in ["0", "51", "-1", "+5", "1.0", "", "x", "4294967296", "%20", "%31%00"] {
            assert_eq!(read(&format!("limit={bad}")), Err(vec!["limit".to_owned()]), "{bad}");
        }
        for bad in ["archived=1", "archived=True", "archived"] {
            assert_eq!(read(bad), Err(vec!["archived".to_owned()]), "{bad}");
        }
        assert_eq!(read("scope=all&at=yesterday"), Err(vec!["scope".to_owned(), "at".to_owned()]));
    }

    #[test]
    fn unknown_and_doubled_parameters_are_refused() {
        assert_eq!(read("limit=1&limit=1"), Err(vec!["limit".to_owned()]));
        assert_eq!(read("lim%69t=1&limit=2"), Err(vec!["limit".to_owned()]));
        assert_eq!(read("x=1&y"), Err(vec!["x".to_owned(), "y".to_owned()]));
        assert_eq!(read("limit=%FF"), Err(vec!["limit".to_owned()]));
        let ((), problems) = QueryReader::read::<()>("limit=1", Problems::default());
        assert!(problems.none().is_err());
    }
}
