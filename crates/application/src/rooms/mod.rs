//! Answers in rooms: what makes an agent, or a person's stand-in, answer in a channel of several.
//!
//! `begin` starts a run there, `makings` says what its prompt is made of, `tell` shows the room its text as it is written,
//! `finish` stores the answer. Between them the turn engine runs it, as it runs those of threads. Who answers to what is
//! decided by those who call `begin`.
//!
//! An answer in a room gets its id, and so its place, when it is stored: what was said meanwhile stays before it. Runs of one
//! agent in one room follow one another, and at most one waits: what comes while it waits is answered in one.

mod agents;
mod answerers;
mod begin;
mod finish;
mod history;
mod makings;
mod tell;

pub(crate) use agents::ending_with_a_person;
pub(crate) use begin::RoomTurn;
pub(crate) use history::Recent;
pub(crate) use makings::Makings;
