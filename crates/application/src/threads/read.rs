use stead_domain::{
    ConversationId,
    page::{Page, PageLimit, Position},
    ports::store::{Branches, MessageFilter},
};

use super::ThreadView;
use crate::{Application, Caller, Error, agents::AgentRef};

impl Application {
    /// A thread with its latest messages, of the active branch or of all, and the number of those on the active one.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a limit outside 1 to 100.
    pub async fn thread(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        branches: Branches,
        message_limit: i64,
    ) -> Result<ThreadView, Error> {
        let limit = PageLimit::parse(message_limit).map_err(|problem| Error::invalid("message_limit", problem))?;
        let (thread, agent, access) = self.visible_thread(caller, agent, id).await?;
        let messages = if access.may_read_messages() {
            let page = Page { position: Position::Newest, limit };
            let filter = MessageFilter { organization: caller.organization, conversation: id, branches, page };
            access.as_read(self.store.list_messages(filter).await?.items)
        } else {
            Vec::new()
        };
        let message_count = Some(self.store.count_messages(id).await?);
        Ok(ThreadView { thread, owner_visibility: agent.owner_visibility, messages, message_count })
    }
}
