use stead_domain::{ConversationId, Invalid, agent::Agent, channel::Channel, thread::Thread};

use crate::{Application, Caller, Error};

impl Application {
    /// A conversation of the caller's own beside a channel that they are in.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such channel, or no such conversation of theirs; [`Error::Forbidden`] if they are not
    /// in it; [`Error::Invalid`] for a conversation that is not of this channel.
    pub(super) async fn sidebar(
        &self,
        caller: &Caller,
        channel: ConversationId,
        id: ConversationId,
    ) -> Result<(Channel, Thread), Error> {
        let room = self.channel_of_member(caller, channel).await?.channel;
        let thread = self.store.find_thread(caller.organization, id).await?;
        let thread = thread.filter(|thread| thread.user_id == caller.user).ok_or(Error::NotFound)?;
        if thread.channel_id != Some(channel) {
            return Err(Error::invalid(
                "conversation_id",
                Invalid::new("Conversation does not belong to this channel"),
            ));
        }
        Ok((room, thread))
    }

    /// Who answers beside a channel: its agent, or else the organization's.
    pub(super) async fn agent_beside(&self, channel: &Channel) -> Result<Agent, Error> {
        let organization = channel.organization_id;
        let own = match channel.agent_id {
            Some(agent) => self.store.find_agent(organization, agent).await?,
            None => None,
        };
        if let Some(agent) = own.filter(|agent| agent.deleted_at.is_none()) {
            return Ok(agent);
        }
        let house = self.store.find_organization(organization).await?.ok_or(Error::NotFound)?;
        self.store.find_agent(organization, house.default_agent_id).await?.ok_or(Error::NotFound)
    }
}
