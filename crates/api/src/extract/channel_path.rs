use actix_router::{Path, Url};
use stead_domain::{ConversationId, MessageId, emoji::Emoji};
use utoipa::IntoParams;

use super::{
    Problems,
    path::{PathParams, id},
};

/// `/channels/{channel_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChannelPath {
    /// The channel.
    #[param(value_type = Uuid)]
    pub channel_id: ConversationId,
}

/// `/messages/{message_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChannelMessagePath {
    /// The message.
    #[param(value_type = Uuid)]
    pub message_id: MessageId,
}

/// `/messages/{message_id}/reactions/{emoji}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReactionPath {
    /// The message.
    #[param(value_type = Uuid)]
    pub message_id: MessageId,
    /// One emoji, as UTF-8. Variation selectors make no difference.
    #[param(value_type = String, example = "👍")]
    pub emoji: Emoji,
}

/// `/channels/{channel_id}/pins/{message_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PinPath {
    /// The channel.
    #[param(value_type = Uuid)]
    pub channel_id: ConversationId,
    /// The message.
    #[param(value_type = Uuid)]
    pub message_id: MessageId,
}

impl PathParams for ChannelPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { channel_id: id(path, "channel_id", problems)? })
    }
}

impl PathParams for ChannelMessagePath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { message_id: id(path, "message_id", problems)? })
    }
}

impl PathParams for ReactionPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let message_id = id(path, "message_id", problems);
        let emoji = path.get("emoji").unwrap_or_default();
        let emoji = problems.required("emoji", Some(emoji), Emoji::parse);
        Some(Self { message_id: message_id?, emoji: emoji? })
    }
}

impl PathParams for PinPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let (channel_id, message_id) = (id(path, "channel_id", problems), id(path, "message_id", problems));
        Some(Self { channel_id: channel_id?, message_id: message_id? })
    }
}
