//! The HTTP contract of Stead, end to end, over real sockets and on both databases. Every response that passes through
//! here is held against the OpenAPI document.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is test code: a broken promise is reported by a panic"
)]

#[macro_use]
mod harness;

mod accounts;
mod agents;
mod bad_input;
mod binary;
mod bodies;
mod idempotency;
mod model_faults;

mod threads;
mod turns;
mod walks;
