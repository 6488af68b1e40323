use stead_domain::{
    ConversationId,
    agent::OwnerVisibility,
    page::{Page, PageLimit, Slice},
    ports::store::InboxConversation,
};

use super::messages::InboxMessage;
use crate::{Application, Caller, Error, threads::MessagesAt};

impl Application {
    /// What others say to the caller's agents: the threads, as far as their agents' `owner_visibility` lets them know. It is
    /// audited.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn agent_conversations(&self, caller: &Caller, page: Page) -> Result<Slice<InboxConversation>, Error> {
        self.audit_oversight(caller, "agent_conversations.overseen", caller.user.uuid()).await?;
        let mut slice = self.store.list_overseen(caller.organization, caller.user, page).await?;
        for conversation in &mut slice.items {
            let visibility = conversation.agent.as_ref().map(|agent| agent.owner_visibility);
            if visibility != Some(OwnerVisibility::Full) {
                conversation.last_message = None;
            }
        }
        Ok(slice)
    }

    /// A page of the messages of a thread that somebody else has with an agent of the caller's: none where they may know no
    /// more than that it is there. It is audited.
    ///
    /// # Errors
    /// [`Error::NotFound`] of any other thread.
    pub async fn agent_conversation_messages(
        &self,
        caller: &Caller,
        id: ConversationId,
        at: MessagesAt,
        limit: PageLimit,
    ) -> Result<Slice<InboxMessage>, Error> {
        let thread = self.store.find_thread(caller.organization, id).await?;
        let thread = thread.filter(|thread| thread.user_id != caller.user).ok_or(Error::NotFound)?;
        let agent = self.store.find_agent(caller.organization, thread.agent_id).await?;
        let agent = agent.filter(|agent| agent.owner() == Some(caller.user)).ok_or(Error::NotFound)?;
        let may_read = match agent.owner_visibility {
            OwnerVisibility::Full => true,
            OwnerVisibility::Metadata => false,
            OwnerVisibility::None => return Err(Error::NotFound),
        };
        self.audit_oversight(caller, "thread.overseen", id.uuid()).await?;
        if !may_read {
            return Ok(Slice { items: Vec::new(), has_older: false, has_newer: false });
        }
        self.said_in_thread(caller, id, (at, limit), (thread.user_id, &agent)).await
    }
}
