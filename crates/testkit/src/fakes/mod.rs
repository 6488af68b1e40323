//! Fakes of the ports, which pass the same contract suites as the real adapters.

mod clock;
mod embedder;
mod ids;
mod llm;
mod object_store;
mod presence;
mod text_extractor;
mod tool_server;
mod vector_store;

pub use clock::FakeClock;
pub use embedder::FakeEmbedder;
pub use ids::FakeIds;
pub use llm::{FakeFailure, FakeLlm, FakeReply};
pub use object_store::{FakeObjectStore, ObjectFault};
pub use presence::FakePresence;
pub use text_extractor::FakeTextExtractor;
pub use tool_server::{FakeToolCall, FakeToolFailure, FakeToolReply, FakeToolServer, tool, tool_taking};
pub use vector_store::{FakeVectorStore, VectorFault, VectorLie};
