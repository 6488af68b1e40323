//! The adapter against a server that speaks Pinecone's wire format, over real HTTP on this machine.
#![expect(clippy::unwrap_used, reason = "test code")]

mod breaker;
mod contract;
mod failures;
mod hostile;
mod limits;
mod requests;
mod setup;
mod time_outs;
