//! Servers that speak MCP's wire format, over Streamable HTTP ([`McpHttpServer`]) and over the standard input and output of
//! a real process ([`McpProcessServer`]), and can fail on command.
//!
//! They are strict about what a client must do (initialize first, name its session), and have a tool `echo` until they are
//! told otherwise. Calls are answered as scripted, else with the arguments as text.

mod http;
mod http_server;
mod process_server;
mod reply;
mod rpc;
mod shared;

pub use http_server::{AnswersBy, McpHttpServer};
pub use process_server::{McpProcessServer, wait_until_gone};
pub use reply::McpReply;
