//! What holds for every operation, seen from outside, in process: who is let in, what is refused and how, what browsers
//! are told. What the operations do is tested where the server is put together.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by failing")]

mod harness;
mod pages;
mod refusals;
mod sessions;
mod turns;
mod walks;
