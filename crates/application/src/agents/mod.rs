//! Agents: making, finding, changing and deleting them.

mod create;
mod delete;
mod find;
mod update;

pub use create::NewAgent;
pub use find::AgentRef;
pub use update::AgentPatch;
