//! The adapter against a server that speaks the wire format, over real HTTP on this machine.
#![expect(clippy::unwrap_used, reason = "test code")]

mod breaker;
mod connections;
mod contract;
mod failures;
mod requests;
mod retries;
mod setup;
mod streams;
mod time_outs;
