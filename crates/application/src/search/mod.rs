//! Search: what somebody asks for, found by an index, and shown only as far as they may read it now.
//!
//! An index names candidates; every one of them passes the [`ReadGate`](stead_domain::ports::ReadGate) before anything of it
//! is shown, and what is shown is its text as it is now. So an index may be late, and nobody reads what they should not.
//!
//! By words, what has all of them, newest first and page by page, is found here; by meaning, what fits best is what
//! retrieval finds for prompts, in everything that the caller may read.

mod cursor;
mod find;
mod indexer;
mod meaning;

use stead_domain::{
    ConversationId, Timestamp, UserId,
    page::PageLimit,
    search::{Highlight, SearchQuery},
};

pub use self::cursor::SearchCursor;
pub(crate) use self::indexer::Words;
pub use crate::retrieval::Found;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// For what, and how.
    pub wanted: Wanted,
    /// Among messages, files, or both.
    pub among: Option<SearchAmong>,
    /// Only in this conversation.
    pub conversation: Option<ConversationId>,
    /// Only what this user wrote or uploaded.
    pub from_user: Option<UserId>,
    /// Only what was sent or uploaded then or later.
    pub since: Option<Timestamp>,
    /// Only what was sent or uploaded before.
    pub before: Option<Timestamp>,
    /// At most so much.
    pub limit: PageLimit,
}

/// For what is searched, and how.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// What has these words: the newest first, from where the page before ended.
    Words(SearchQuery, Option<SearchCursor>),
    /// What is near to this in meaning: the nearest first.
    Meaning(String),
    /// What is near to this in meaning or has some of its words: the best first. Where meaning is not to be had, by words
    /// alone.
    Both(String),
}

/// Among what is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchAmong {
    /// Messages of channels and threads.
    Messages,
    /// Files: names, summaries, passages.
    Files,
}

/// A page of what was found, in the order that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPage {
    /// What was found.
    pub results: Vec<SearchResult>,
    /// Where the next page begins, if there may be more.
    pub next: Option<SearchCursor>,
    /// Whether meaning should have counted and did not.
    pub degraded: bool,
}

/// Something that was found, and where in it.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResult {
    /// What it is.
    pub found: Found,
    /// The parts of its text that have what was asked for, or else its beginning.
    pub highlights: Vec<Highlight>,
}
