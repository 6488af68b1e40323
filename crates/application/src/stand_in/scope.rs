use stead_domain::{
    ConversationId, OrganizationId, UserId,
    channel::{Channel, ChannelKind},
    persona::Persona,
    ports::{read_gate::Readers, vector_store::VectorPlace},
};

use crate::{Application, Error};

/// What an answer in somebody's stead may be made from: what all who read it may read, and its owner lets it use.
pub(super) struct Scope {
    /// Who reads the answer.
    pub readers: Readers,
    /// Where it may come from.
    pub conversations: Vec<ConversationId>,
}

impl Scope {
    pub(super) fn places(&self) -> Vec<VectorPlace> {
        self.conversations.iter().copied().map(VectorPlace::Channel).collect()
    }
}

impl Application {
    /// In a direct channel: the channels that both are in. In any other room: that room. A room that the owner leaves out is
    /// not used, nor is a person's room with their agent.
    pub(super) async fn scope_in(
        &self,
        organization: OrganizationId,
        room: &Channel,
        owner: UserId,
        asker: UserId,
        persona: &Persona,
    ) -> Result<Scope, Error> {
        let (readers, mut conversations) = if room.kind == ChannelKind::Direct {
            let both = Readers::all_of(organization, [owner, asker]).map_err(Error::internal)?;
            (both, self.store.shared_channels(organization, owner, asker).await?)
        } else {
            (Readers::members_of(organization, room.id), vec![room.id])
        };
        conversations.retain(|conversation| persona.may_use(*conversation));
        Ok(Scope { readers, conversations })
    }
}
