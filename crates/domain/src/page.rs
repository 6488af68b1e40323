//! Pages of lists: by the id of an item, in order oldest to newest.

use uuid::Uuid;

use crate::Invalid;

/// Where a page begins and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Which part of the list.
    pub position: Position,
    /// At most so many items.
    pub limit: PageLimit,
}

/// Which part of a list. An id that names nothing is still a place: ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The newest items.
    Newest,
    /// The items right before this one.
    Before(Uuid),
    /// The items right after this one.
    After(Uuid),
    /// About half of the items before this one, then it and what follows.
    Around(Uuid),
}

/// How many items a page has at most: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u8);

impl PageLimit {
    /// What a page has unless asked otherwise.
    pub const DEFAULT: Self = Self(50);
    /// The largest.
    pub const MAX: Self = Self(100);

    /// Accepts 1 to 100.
    ///
    /// # Errors
    /// It is outside.
    pub fn parse(limit: i64) -> Result<Self, Invalid> {
        match u8::try_from(limit) {
            Ok(limit) if (1..=100).contains(&limit) => Ok(Self(limit)),
            Ok(_) | Err(_) => Err(Invalid::new("must be from 1 to 100")),
        }
    }

    /// The number.
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }
}

/// A page of a list, oldest to newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are items before the first.
    pub has_older: bool,
    /// Whether there are items after the last.
    pub has_newer: bool,
}
