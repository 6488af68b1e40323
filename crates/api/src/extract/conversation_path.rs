use actix_router::{Path, Url};
use stead_domain::ConversationId;
use utoipa::IntoParams;

use super::{
    Problems,
    path::{PathParams, id},
};

/// `/messaging/conversations/{conversation_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ConversationPath {
    /// The conversation: a direct channel, or a thread.
    #[param(value_type = Uuid)]
    pub conversation_id: ConversationId,
}

impl PathParams for ConversationPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { conversation_id: id(path, "conversation_id", problems)? })
    }
}
