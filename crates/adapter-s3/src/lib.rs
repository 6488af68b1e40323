//! The `ObjectStore` port for S3 and for what speaks its protocol.
//!
//! **Belongs here:** that protocol: signed requests, uploads in parts, addresses that sign themselves, time-outs, and what
//! each failure means to a caller.
//!
//! **Does not belong here:** what is stored and who may read it, and where the settings come from.
//!
//! **Invariants:** neither key nor a signed address reaches a log line or an error; every call ends; what an upload left
//! behind is removed when it fails, and by `clean_up` where the process had no time to.
//!
//! A call goes `store` (the port) -> `upload`, `download`, `listing` or `abandoned` (what S3 needs for it) -> `client` (one
//! request, with its time-outs and retries) -> `signer` (rust-s3's signature). rust-s3 signs alone: its own HTTP client has
//! no time-outs for a connection or between two pieces of a body, does not tell a body's size, and brings a second TLS.

mod abandoned;
mod answers;
mod client;
mod config;
mod digest;
mod download;
mod failure;
mod listing;
mod parts;
mod signer;
mod store;
mod upload;

pub use config::{ConfigError, S3Config, Timeouts};
pub use store::S3ObjectStore;
