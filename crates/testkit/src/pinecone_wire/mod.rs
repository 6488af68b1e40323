//! A server that speaks the data plane of one serverless Pinecone index over real HTTP on this machine.
//!
//! It is strict: what Pinecone refuses it refuses, with Pinecone's error body. It keeps every request, it shows what was
//! written only later if it is told to, and it can fail and lie.
//!
//! Written after Pinecone's specification `2025-10/db_data_2025-10.oas.yaml` (repository `pinecone-io/pinecone-api`) and its
//! pages "Operation limits" (<https://docs.pinecone.io/reference/api/database-limits/operation-limits>), "Filter by
//! metadata" (<https://docs.pinecone.io/guides/search/filter-by-metadata>), "Known limitations"
//! (<https://docs.pinecone.io/reference/api/known-limitations>) and "Errors" (<https://docs.pinecone.io/reference/api/errors>).
//! That a namespace which is not there cannot be deleted from is not in them: it answers 404 with the code 5.
//!
//! ```no_run
//! # async fn example() {
//! use stead_testkit::pinecone_wire::{PineconeFault, PineconeServer};
//!
//! let server = PineconeServer::start(8).await;
//! // ... point the adapter at `server.address()` with the key `PineconeServer::API_KEY`.
//! server.break_next(2, PineconeFault::Status(503));
//! server.freeze();
//! assert!(server.refusals().is_empty());
//! # }
//! ```

mod fault;
mod filter;
mod index;
mod operations;
mod respond;
mod server;
#[cfg(test)]
mod tests;
mod vectors;

pub use fault::PineconeFault;
pub use server::{PineconeRequest, PineconeServer};
