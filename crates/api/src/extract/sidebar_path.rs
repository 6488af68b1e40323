use actix_router::{Path, Url};
use stead_domain::{ConversationId, MessageId};
use utoipa::IntoParams;

use super::{
    Problems,
    path::{PathParams, id},
};

/// `/ai/channels/{channel_id}/conversations/{conversation_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SidebarPath {
    /// The channel.
    #[param(value_type = Uuid)]
    pub channel_id: ConversationId,
    /// The conversation beside it.
    #[param(value_type = Uuid)]
    pub conversation_id: ConversationId,
}

/// `/ai/channels/{channel_id}/messages/{message_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MessageInChannelPath {
    /// The channel.
    #[param(value_type = Uuid)]
    pub channel_id: ConversationId,
    /// The message.
    #[param(value_type = Uuid)]
    pub message_id: MessageId,
}

impl PathParams for SidebarPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let (channel_id, conversation_id) = (id(path, "channel_id", problems), id(path, "conversation_id", problems));
        Some(Self { channel_id: channel_id?, conversation_id: conversation_id? })
    }
}

impl PathParams for MessageInChannelPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let (channel_id, message_id) = (id(path, "channel_id", problems), id(path, "message_id", problems));
        Some(Self { channel_id: channel_id?, message_id: message_id? })
    }
}
