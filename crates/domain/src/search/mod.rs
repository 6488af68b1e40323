//! Search for words: what a word is, what a query asks for, and where in a text it is found.
//!
//! The same rules hold for every database: an index is given words that were cut and folded here, and asked for such.

mod highlight;
mod query;
mod telling;
mod words;

pub use highlight::{Highlight, excerpts, highlights};
pub use query::{SearchQuery, Term};
pub use telling::{Telling, telling};
pub use words::{Word, folded_words, words};
