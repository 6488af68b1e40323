//! The ports: what the application needs of the world, as traits that adapters and fakes implement.
//!
//! Each method's documentation is its contract: what success means, every error it returns, what happens when it is
//! called twice. The contract suites in `stead-testkit` test that text, and every adapter and fake runs them.
//! Not found is `Ok(None)` in a read.

mod clock;
pub mod embedder;
mod ids;
pub mod llm;
pub mod notifier;
pub mod object_store;
pub mod presence;
pub mod read_gate;
pub mod store;
pub mod text_extractor;
pub mod tool_server;
pub mod vector_store;

pub use clock::Clock;
pub use embedder::Embedder;
pub use ids::Ids;
pub use llm::LlmProvider;
pub use notifier::Notifier;
pub use object_store::ObjectStore;
pub use presence::PresenceSource;
pub use read_gate::ReadGate;
pub use store::Store;
pub use text_extractor::TextExtractor;
pub use tool_server::ToolServer;
pub use vector_store::VectorStore;
