//! The `ToolServer` port for servers that speak MCP, over Streamable HTTP and over the standard input and output of a
//! process.
//!
//! **Belongs here:** the protocol (through rmcp), its transports, connections and processes, their limits and time-outs,
//! the guard of addresses that users give, and what each failure means to a caller.
//!
//! **Does not belong here:** which agent may call what, names as models see them, what is done with an answer, where the
//! settings and secrets come from.
//!
//! **Invariants:** a call is sent at most once; nothing of a server is held in memory beyond its limit; no header, no
//! argument and no answer reaches a log line or an error's text; a process never outlives its connection by more than
//! its grace; no packet goes to an address that the guard forbids.
//!
//! A call goes `server` (the deadline) -> `connections` (one for each server and version) -> `connection` (one session,
//! rmcp) -> `sieve` (what rmcp may see) -> `http` or `stdio` (bytes).

mod answer;
mod config;
mod connection;
mod connections;
mod definitions;
mod failure;
pub mod guard;
mod http;
mod server;
mod sieve;
mod stdio;

pub use config::{McpConfig, StdioConfig};
pub use server::McpToolServer;
