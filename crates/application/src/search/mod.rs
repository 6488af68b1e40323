//! Search: what somebody asks for, found by an index, and shown only as far as they may read it now.
//!
//! An index names candidates; every one of them passes the [`ReadGate`](stead_domain::ports::ReadGate) before anything of it
//! is shown, and what is shown is its text as it is now. So an index may be late, and nobody reads what they should not.

mod cursor;
mod find;
mod indexer;

use stead_domain::{
    ConversationId, Readable, Timestamp, UserId,
    page::PageLimit,
    ports::read_gate::{FileText, MessageText, PassageText},
    search::{Highlight, SearchQuery},
};

pub use self::cursor::SearchCursor;
pub(crate) use self::indexer::Words;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// For what.
    pub query: SearchQuery,
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
    /// Where the page before ended.
    pub after: Option<SearchCursor>,
}

/// Among what is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchAmong {
    /// Messages of channels and threads.
    Messages,
    /// Files: names, summaries, passages.
    Files,
}

/// A page of what was found, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPage {
    /// What was found.
    pub found: Vec<Found>,
    /// Where the next page begins, if there may be more.
    pub next: Option<SearchCursor>,
}

/// Something that was found, and where in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it is.
    pub what: FoundWhat,
    /// The parts of its text that have what was asked for.
    pub highlights: Vec<Highlight>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub enum FoundWhat {
    /// A message.
    Message(Readable<MessageText>),
    /// A file, by one of its passages.
    Passage(Readable<PassageText>),
    /// A file, by its name or summary.
    File(Readable<FileText>),
}
