use actix_router::{Path, Url};
use stead_domain::{AgentId, ConversationId, UserId};
use utoipa::IntoParams;

use super::{
    Problems,
    path::{PathParams, id},
};

/// `/channels/{channel_id}/members/{user_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChannelMemberPath {
    /// The channel.
    #[param(value_type = Uuid)]
    pub channel_id: ConversationId,
    /// The user.
    #[param(value_type = Uuid)]
    pub user_id: UserId,
}

/// `/channels/{channel_id}/agents/{agent_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChannelAgentPath {
    /// The channel.
    #[param(value_type = Uuid)]
    pub channel_id: ConversationId,
    /// The agent.
    #[param(value_type = Uuid)]
    pub agent_id: AgentId,
}

impl PathParams for ChannelMemberPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let (channel_id, user_id) = (id(path, "channel_id", problems), id(path, "user_id", problems));
        Some(Self { channel_id: channel_id?, user_id: user_id? })
    }
}

impl PathParams for ChannelAgentPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let (channel_id, agent_id) = (id(path, "channel_id", problems), id(path, "agent_id", problems));
        Some(Self { channel_id: channel_id?, agent_id: agent_id? })
    }
}
