//! The adapter against servers that speak the wire format, over real HTTP on this machine and in real processes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test code")]

mod connections;
mod contract;
mod faults;
mod forbidden;
mod foreign;
mod headers;
mod processes;
mod setup;
