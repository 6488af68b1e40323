//! Configuration, wiring and lifecycle of Stead: the only crate that knows every other one.
//!
//! **Belongs here:** reading the configuration, choosing the adapters ([`wire`]), starting and stopping ([`Server`]),
//! telemetry, subcommands, and [`ephemeral`]: the whole of Stead in a test's own process.
//!
//! **Does not belong here:** rules, SQL, HTTP handlers.

pub mod commands;
pub mod config;
mod ephemeral;
mod http;
mod metrics;
mod server;
pub mod telemetry;
mod traces;
pub mod wire;

pub use ephemeral::{Ephemeral, EphemeralBuilder, ephemeral};
pub use server::{Server, StartError};
