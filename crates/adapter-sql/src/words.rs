//! What the index of words is given, on either database.

use std::fmt;

use stead_domain::{ports::store::PLACES_A_MILLISECOND, search::folded_words};
use uuid::Uuid;

use crate::types::DbId;

/// The words of a text, and who may find it.
#[derive(Debug, Clone)]
pub struct WordsOf {
    pub words: Vec<String>,
    pub scopes: Vec<Scope>,
}

impl WordsOf {
    pub fn new(text: &str, scopes: Vec<Scope>) -> Self {
        Self { words: folded_words(text), scopes }
    }
}

/// Among whose texts one is looked for. It makes a search short; who may read what is asked besides, every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of an organization's.
    Organization(DbId),
    /// A person's threads.
    User(DbId),
    /// A channel's.
    Channel(DbId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = match self {
            Self::Organization(id) => ('o', id),
            Self::User(id) => ('u', id),
            Self::Channel(id) => ('c', id),
        };
        write!(f, "{kind}{}", id.0.simple())
    }
}

/// A message for the index.
#[derive(Debug, Clone)]
pub struct MessageWords {
    pub id: DbId,
    pub organization: DbId,
    pub version: i64,
    pub text: WordsOf,
}

impl MessageWords {
    /// The places that it may have: all of its millisecond, which its id begins with, in an order of its own.
    pub fn places(&self) -> impl Iterator<Item = i64> + use<> {
        places(self.id.0)
    }
}

fn places(id: Uuid) -> impl Iterator<Item = i64> {
    const PLACES: i64 = 1 << PLACES_A_MILLISECOND;
    let (time, rest) = id.as_u64_pair();
    let millisecond = i64::try_from(time >> 16).unwrap_or_default() << PLACES_A_MILLISECOND;
    // What is made one after the other differs there by one, and so is mostly in order.
    let first = i64::try_from((rest >> 32) % (1 << PLACES_A_MILLISECOND)).unwrap_or_default();
    (0..PLACES).map(move |n| millisecond + (first + n) % PLACES)
}

/// A passage of a file for the index, or, as number [`ABOUT`], its name and summary.
#[derive(Debug, Clone)]
pub struct FileWords {
    pub file: DbId,
    pub n: i32,
    pub organization: DbId,
    pub text: WordsOf,
}

/// Where the messages `s` are found that have the words, in a statement in which `$1` is what is asked for, `$2` where, `$3` the
/// place before which they lie, and `$4` the organization.
#[derive(Debug)]
pub struct FoundMessages {
    /// What to read them from.
    pub from: String,
    /// What has to hold of them.
    pub condition: &'static str,
    /// In which order they come.
    pub order: &'static str,
    /// Only so many were looked at; there may be more.
    pub is_bounded: bool,
}

/// The number under which a file's name and summary are.
pub const ABOUT: i32 = -1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_time() {
        let id = |time: u128, rest: u128| Uuid::from_u128((time << 80) | rest);
        let of = |id| places(id).collect::<Vec<_>>();
        let (earlier, later) = (of(id(41, u128::from(u64::MAX))), of(id(42, 0)));
        assert_eq!(earlier.len(), 32_768);
        assert!(earlier.iter().max() < later.iter().min());
        assert_eq!(earlier.iter().min(), Some(&(41 << 15)));
        let distinct: std::collections::HashSet<_> = earlier.iter().collect();
        assert_eq!(distinct.len(), earlier.len());
        assert!(of(Uuid::max()).iter().all(|place| *place >= 0));
    }
}
