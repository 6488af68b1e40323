//! What handlers take: who asks, the path, the query, the body. Whatever is malformed is refused here, in the one error
//! shape, with everything that is wrong with it.
//!
//! [`Call`] stands first in every protected handler. It is immediate, and the first extractor's error is the one that is
//! answered: 401 comes before every 400.

mod account_path;
mod authentication;
mod body;
mod call;
mod channel_member_path;
mod channel_path;
mod conversation_path;
mod json;
mod keyed;
mod last_event_id;
mod path;
mod picture_body;
mod problems;
mod query;
mod read_body;
mod realtime_call;
mod sidebar_path;

pub use account_path::{AvatarPath, HandlePath, InvitationPath, SessionPath, UserPath};
pub use authentication::Authentication;
pub use body::{Body, Nothing, OptionalBody, RequestBody};
pub use call::{Call, OpenCall};
pub use channel_member_path::{ChannelAgentPath, ChannelMemberPath};
pub use channel_path::{ChannelMessagePath, ChannelPath, PinPath, ReactionPath};
pub use conversation_path::ConversationPath;
pub use keyed::{IdempotencyHeader, Keyed, KeyedNothing, upload_key};
pub use last_event_id::{LastEventId, LastEventIdHeader};
pub use path::{AgentPath, ApiKeyPath, ChatPath, FilePath, McpServerPath, MessagePath, RunPath, ThreadPath, uuid};
pub use picture_body::PictureBody;
pub use problems::Problems;
pub use query::{QueryParams, QueryReader};
pub use realtime_call::{LastSeq, LastSeqHeader, RealtimeCall, RealtimeQuery};
pub use sidebar_path::{MessageInChannelPath, SidebarPath};
