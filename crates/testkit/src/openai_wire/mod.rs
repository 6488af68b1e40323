//! A server that speaks OpenAI's streaming chat completions, its embeddings and its transcriptions over real HTTP on this
//! machine.
//!
//! It is strict: what OpenAI refuses it refuses, with OpenAI's error body. It keeps every request, and it can fail in
//! every way that has been seen of such endpoints.
//!
//! ```no_run
//! # async fn example() {
//! use stead_testkit::openai_wire::{OpenAiWireServer, Reply};
//!
//! let server = OpenAiWireServer::start().await;
//! server.script(Reply::text("hello there"));
//! server.script(Reply::status(429).header("retry-after", "1"));
//! server.script(Reply::text("one two three").cut_after(2));
//! // ... point the adapter at `server.base_url()`; once the script is used up, it answers with the question.
//! assert_eq!(server.requests().len(), 3);
//! # }
//! ```

mod body;
mod recorded;
mod reply;
mod respond;
mod server;
mod shared;
mod side;
mod stream;
mod strict;

pub use recorded::RecordedRequest;
pub use reply::Reply;
pub use server::OpenAiWireServer;
pub use side::SideRequest;
