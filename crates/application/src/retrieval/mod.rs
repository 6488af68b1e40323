//! Finding what was said and shared: by words, by meaning, or by both, and only what every reader of the answer may read now.
//!
//! `find` asks the index of words and the index of vectors, which know ids, joins their answers and has them pass the
//! [`ReadGate`](stead_domain::ports::ReadGate) in `found`: from there on there are texts. `excerpts` adds what was said around what was
//! found, through the same gate. `told` makes of it what a model is shown, each source with its number.
//!
//! Nothing here decides who may read what: whoever asks names the readers of the answer and the conversations in which to
//! look, and the gate has the last word.

mod excerpts;
mod find;
mod found;
mod index;
mod knowledge;
mod question;
mod told;

pub(crate) use find::Finds;
pub(crate) use found::Candidate;
pub use found::Found;
pub(crate) use index::Vectors;
pub(crate) use knowledge::Knowledge;
pub(crate) use question::{Mode, Question};
pub(crate) use told::{as_name, as_piece, fenced};
