//! The store's statements. This folder is compiled twice: below `sqlite` and below `postgres`, whose `prelude` supplies
//! what differs: the connection, the executor, locks, and the few statements that have no common form.
//!
//! One file per aggregate for what is read, one in `apply` for what is changed. Functions take a connection and leave
//! the transaction to the executor; none of them waits for anything but the connection.

mod accounts;
mod agents;
mod api_keys;
mod apply;
mod branches;
mod directory;
mod event_log;
mod feedback;
mod figures;
mod file_gate;
mod files;
mod idempotency;
mod job_leases;
mod mcp_servers;
mod messages;
mod passages;
mod port;
mod prune;
mod retention;
mod run_chunks;
mod run_leases;
mod runs;
mod threads;
mod usage;

use super::prelude;
