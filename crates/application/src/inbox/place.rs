use stead_domain::{ConversationId, agent::Agent, channel::ChannelKind, scope::Scope};

use crate::{Application, Caller, Error};

/// What a conversation of the caller's inbox is.
pub(super) enum Place {
    /// The direct channel with another person.
    Profile,
    /// The thread with this agent, which may be hidden or deleted meanwhile.
    Agent(Box<Agent>),
}

impl Application {
    /// A conversation of the caller's inbox.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none of that id, as far as what they came with may know.
    pub(super) async fn in_inbox(&self, caller: &Caller, id: ConversationId) -> Result<Place, Error> {
        let organization = caller.organization;
        if let Some(sender) = self.store.find_sender(organization, id, caller.user).await? {
            let is_own = sender.kind == ChannelKind::Direct && sender.role.is_some();
            return if is_own { Ok(Place::Profile) } else { Err(Error::NotFound) };
        }
        if !caller.scopes.hold(Scope::ThreadsRead) {
            return Err(Error::NotFound);
        }
        let thread = self.store.find_thread(organization, id).await?;
        let thread = thread.filter(|thread| thread.inbox && thread.user_id == caller.user).ok_or(Error::NotFound)?;
        let agent = self.store.find_agent(organization, thread.agent_id).await?.ok_or(Error::NotFound)?;
        Ok(Place::Agent(Box::new(agent)))
    }
}
