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
mod ai_usage;
mod api_keys;
mod assistant;
mod authorization;
mod bad_input;
mod binary;
mod bodies;
mod branches;
mod channel_messages;
mod channels;
mod chaos;
mod conditional;
mod exchange;
mod files;
mod idempotency;
mod inbox;
mod index;
mod leaks;
mod limits;
mod mcp_servers;
mod model_faults;
mod objects;
mod operations;
mod presence;
mod realtime;
mod resets;
mod search;
mod stand_ins;

mod threads;
mod tool_turns;
mod turns;
mod understanding;
mod walks;
