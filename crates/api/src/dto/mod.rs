//! Shapes on the wire that more than one operation uses. Each is made from its entity by destructuring or naming every
//! field, so that a new one is a decision here too, and carries a `sample` that is the document's example.

mod agent;
mod agent_settings;
mod agent_tools;
mod ai_usage;
mod api_key;
mod author;
mod avatar;
mod beside_message;
mod channel;
mod channel_member;
mod channel_message;
mod directory;
mod event;
mod feedback;
mod file;
mod header_fields;
mod inbox;
mod inbox_message;
mod invitation;
mod mcp_server;
mod message;
mod organization;
mod page;
mod patch;
mod persona;
mod presence;
mod realtime;
mod run;
mod search;
mod server_tool;
mod session;
mod sidebar;
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
pub use ai_usage::{AiUsageBody, UsageByBody};
pub use api_key::{ApiKeyBody, ApiKeysBody, ScopeBody, scopes};
pub use author::AuthorBody;
pub use avatar::avatar_address;
pub use beside_message::{MessageEditsBody, PinBody, PinsBody, ReactorsBody};
pub use channel::{ChannelBody, ChannelsBody, MemberRoleBody, MyChannelBody, MyChannelsBody, NotificationLevelBody};
pub use channel_member::{ChannelMemberBody, ChannelMembersBody};
pub use channel_message::{ChannelMessageBody, ChannelMessagesBody, ReactionBody};
pub use directory::{ProfileBody, UsersBody};
pub use event::RunEventBody;
pub use feedback::{FeedbackBody, RatingBody};
pub use file::{AttachmentBody, FileBody, FilesBody};
pub use header_fields::headers;
pub use inbox::{ChatTypeBody, InboxBody, StartedBody};
pub use inbox_message::{InboxMessageBody, InboxMessagesBody};
pub use invitation::{InvitationBody, InvitationsBody};
pub use mcp_server::{McpServerBody, McpServersBody, TransportBody};
pub use message::{MessageBody, MessageRoleBody, MessageStatusBody, MessagesBody};
pub use organization::OrganizationBody;
pub use patch::{clearable, present};
pub use persona::{PersonaBody, PreviewBody};
pub use presence::{ConnectionStatusBody, PresenceBody, StatusModeBody, UserStatusBody};
pub use realtime::{RealtimeEventBody, WhatHappened};
pub use run::RunBody;
pub use search::SearchBody;
pub use server_tool::{CheckedBody, ServerToolsBody};
pub use session::SessionsBody;
pub use sidebar::{
    CitationBody, QueryAnswerBody, SidebarBody, SidebarMessageBody, SidebarRoleBody, SidebarsBody, SummaryBody,
};
pub use signed_in::SignedInBody;
pub use text::{avatar_url, file_ids, id, metadata, whole_number};
pub use thread::ThreadBody;
pub use time::{Time, time};
pub use tool_call::ToolCallBody;
pub use tool_names::{arguments, tool_names};
pub use user::{RoleBody, UserBody};

#[cfg(test)]
mod tests;
