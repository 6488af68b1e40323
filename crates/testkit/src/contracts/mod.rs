//! What each port promises, as functions over the port. One macro per port lists them, so that a test added here is
//! run by every adapter and every fake.

pub mod clock;
pub mod embedder;
pub mod ids;
pub mod llm;
pub mod notifier;
pub mod object_store;
pub mod presence;
pub mod store;
pub mod text_extractor;
pub mod tool_server;
pub mod vector_store;
