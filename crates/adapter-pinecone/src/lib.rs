//! The `VectorStore` port for a Pinecone index.
//!
//! **Belongs here:** Pinecone's REST API of one index (its data plane), its limits, time-outs, retries, the breaker, and
//! what each failure means to a caller.
//!
//! **Does not belong here:** what is embedded and when, who may read a hit, making an index, and where the settings come
//! from.
//!
//! **Invariants:** neither the key nor anything that was stored reaches a log line or an error; every call ends; an
//! organization's vectors are in the namespace of its name, and no request leaves that.
//!
//! The index must be serverless (only those list ids), dense, and measure by cosine. A call goes `store` (the port) ->
//! `upsert`, `query` or `delete` (batches of what Pinecone takes) -> `client` (the breaker, retries) -> `request` (one
//! request, with its time-out).
//!
//! The wire format is that of Pinecone's specification `2025-10/db_data_2025-10.oas.yaml`; the limits are those of its
//! page "Operation limits" (<https://docs.pinecone.io/reference/api/database-limits/operation-limits>).

mod client;
mod config;
mod failure;
mod filter;
mod hits;
mod metadata;
mod query;
mod request;
mod store;
mod upsert;
mod wire;

pub use config::{ConfigError, PineconeConfig, Retries, Timeouts};
pub use store::PineconeVectorStore;
