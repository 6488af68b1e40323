//! Shapes on the wire that more than one operation uses. Each is made from its entity by destructuring or naming every
//! field, so that a new one is a decision here too, and carries a `sample` that is the document's example.

mod agent;
mod agent_settings;
mod api_key;
mod directory;
mod event;
mod invitation;
mod message;
mod organization;
mod patch;
mod run;
mod session;
mod signed_in;
mod text;
mod thread;
mod time;
mod tool_call;
mod user;

pub use agent::{AgentBody, AgentsBody};
pub use agent_settings::{AgentKindBody, KnowledgeBody, OwnerVisibilityBody, ToolPolicyBody, VisibilityBody};
pub use api_key::{ApiKeyBody, ApiKeysBody, ScopeBody, scopes};
pub use directory::{ProfileBody, UsersBody};
pub use event::RunEventBody;
pub use invitation::{InvitationBody, InvitationsBody};
pub use message::{MessageBody, MessageRoleBody, MessagesBody};
pub use organization::OrganizationBody;
pub use patch::{clearable, present};
pub use run::RunBody;
pub use session::SessionsBody;
pub use signed_in::SignedInBody;
pub use text::{avatar_url, id, metadata, whole_number};
pub use thread::ThreadBody;
pub use time::{Time, time};
pub use user::{RoleBody, UserBody};

#[cfg(test)]
mod tests;
