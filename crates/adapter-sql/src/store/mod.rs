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
mod channel_members;
mod channel_messages;
mod channel_news;
mod channel_views;
mod channels;
mod directory;
mod embedded;
mod event_log;
mod exchange;
mod feedback;
mod figures;
mod file_gate;
mod files;
mod gate;
mod idempotency;
mod inbox;
mod indexing;
mod job_leases;
mod log_cursors;
mod mcp_servers;
mod messages;
mod passages;
mod personas;
mod port;
mod presence;
mod prune;
mod realtime;
mod retention;
mod rooms_of;
mod run_chunks;
mod run_leases;
mod runs;
mod search;
mod sidebars;
mod sources;
mod surroundings;
mod threads;
mod usage;
mod vector_writes;
mod vectors;

use super::prelude;
