//! Work that happens after an answer was given: the worker takes what is due and does it, at least once.

mod prune;
mod purge;
mod retention;
mod worker;

pub(crate) use worker::{End, JobsAtWork};
