//! Shapes on the wire that more than one operation uses. Each is made from its entity by destructuring or naming every
//! field, so that a new one is a decision here too, and carries a `sample` that is the document's example.

mod agent;
mod agent_settings;
mod agent_tools;
mod api_key;
mod avatar;
mod directory;
mod event;
mod feedback;
mod file;
mod header_fields;
mod invitation;
mod mcp_server;
mod message;
mod organization;
mod patch;
mod run;
mod server_tool;
mod session;
mod signed_in;
mod text;
mod thread;
mod time;
mod tool_call;
mod tool_names;
mod user;

pub use agent::{AgentBody, AgentsBody};
pub use agent_settings::{AgentKindBody, KnowledgeBody, OwnerVisibilityBody, ToolPolicyBody, VisibilityBody};
pub use agent_tools::AgentToolsBody;
pub use api_key::{ApiKeyBody, ApiKeysBody, ScopeBody, scopes};
pub use avatar::avatar_address;
pub use directory::{ProfileBody, UsersBody};
pub use event::RunEventBody;
pub use feedback::{FeedbackBody, RatingBody};
pub use file::{AttachmentBody, FileBody, FilesBody};
pub use header_fields::headers;
pub use invitation::{InvitationBody, InvitationsBody};
pub use mcp_server::{McpServerBody, McpServersBody, TransportBody};
pub use message::{MessageBody, MessageRoleBody, MessagesBody};
pub use organization::OrganizationBody;
pub use patch::{clearable, present};
pub use run::RunBody;
pub use server_tool::{CheckedBody, ServerToolsBody};
pub use session::SessionsBody;
pub use signed_in::SignedInBody;
pub use text::{avatar_url, file_ids, id, metadata, whole_number};
pub use thread::ThreadBody;
pub use time::{Time, time};
pub use tool_call::ToolCallBody;
pub use tool_names::{arguments, tool_names};
pub use user::{RoleBody, UserBody};

#[cfg(test)]
mod tests;
