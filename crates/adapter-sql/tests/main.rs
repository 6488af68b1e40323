//! The store on both databases. Postgres is not optional: without a server these tests fail, and say how to get one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is test code: a broken promise is reported by a panic")]

mod backup;
mod contract;
mod dead_jobs;
mod detached;
mod event_log;
mod group_turns;
mod groups;
mod inbox_list;
mod migrations;
mod notices;
mod parity;
mod pgvector;
mod plans;
mod presence;
mod reopened;
mod stores;
mod thread_list;
mod tls;
mod unreadable;
mod vectors;
mod wakeups;
