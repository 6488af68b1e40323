//! The language of Stead: entities, the values they are made of, the rules that hold for them, and the ports
//! through which the rest of the house is reached.
//!
//! **Belongs here:** entities by aggregate, id and value types whose constructors can fail, permission policy as
//! pure functions, state machines, port traits with their contracts.
//!
//! **Does not belong here:** I/O, somebody's wire format (no serde derives), a clock or randomness of its own,
//! SQL, HTTP. Time and randomness come in through [`ports::Clock`] and [`ports::Ids`], so that everything that
//! uses this crate is reproducible.
//!
//! **Invariants:** a value that exists is valid: text holds no NUL and keeps its length, JSON keeps its size, a
//! state changes only along the transitions its type allows.

#![warn(missing_docs)]
#![deny(clippy::wildcard_enum_match_arm)]

pub mod agent;
pub mod api_key;
pub mod branch;
pub mod channel;
pub mod emoji;
pub mod event;
pub mod feedback;
pub mod file;
pub mod id;
pub mod idempotency;
pub mod invitation;
pub mod job;
pub mod json;
pub mod mcp_server;
pub mod membership;
pub mod message;
pub mod organization;
pub mod page;
pub mod passage;
pub mod persona;
pub mod ports;
pub mod preview;
pub mod readable;
pub mod run;
pub mod scope;
pub mod search;
pub mod session;
pub mod source;
pub mod status;
pub mod text;
pub mod thread;
pub mod time;
pub mod tool_call;
pub mod usage;
pub mod user;

pub use id::{
    AgentId, ApiKeyId, AvatarId, ConversationId, FileId, Id, InvitationId, JobId, McpServerId, MemberId, MessageId,
    OrganizationId, RunId, SessionId, ToolCallId, UserId,
};
pub use json::Json;
pub use readable::Readable;
pub use text::Invalid;
pub use time::Timestamp;
