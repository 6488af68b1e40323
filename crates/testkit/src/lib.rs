//! Contract suites for every port, fakes, builders and small servers for tests. Never part of the binary.
//!
//! **Belongs here:** [`contracts`] (what each port promises, as functions over the port, which every adapter and every fake runs), fakes
//! that pass them, [`builders`] for entities, and servers that speak somebody's wire format and can fail on command.
//!
//! **Does not belong here:** anything that needs an adapter or the application: this crate depends on `domain` only.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this crate is test code: a broken promise is reported by a panic"
)]

pub mod builders;
pub mod contracts;
pub mod documents;
pub mod fakes;
pub mod gate;
mod lagging;
pub mod mcp_wire;
pub mod openai_wire;
pub mod pinecone_wire;
pub mod s3_server;
