//! Rows as they lie in the tables, and the way from and to the entities of the domain. They serve both databases.

mod agent;
mod api_key;
mod audit;
mod event;
mod idempotency;
mod invitation;
mod job;
mod member;
mod message;
mod organization;
mod run;
mod run_chunk;
mod run_step;
mod session;
mod thread;
mod tool_call;
mod user;

pub use agent::AgentRow;
pub use api_key::ApiKeyRow;
pub use audit::AuditRow;
pub use event::{EventRow, NewEventRow};
pub use idempotency::IdempotencyRow;
pub use invitation::InvitationRow;
pub use job::JobRow;
pub use member::MemberRow;
pub use message::MessageRow;
pub use organization::OrganizationRow;
pub use run::RunRow;
pub use run_chunk::RunChunkRow;
pub use run_step::RunStepRow;
pub use session::SessionRow;
pub use thread::{ConversationRow, ThreadRow, thread};
pub use tool_call::{ToolCallEndRow, ToolCallRow};
pub use user::UserRow;
