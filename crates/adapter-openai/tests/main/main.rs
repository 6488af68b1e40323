//! The adapter against a server that speaks the wire format, over real HTTP on this machine.
#![expect(clippy::unwrap_used, reason = "test code")]

mod breaker;
mod connections;
mod contract;
mod embeddings;
mod failures;
mod requests;
mod retries;
mod senses;
mod setup;
mod streams;
mod time_outs;
