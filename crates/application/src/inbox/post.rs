use stead_domain::{ConversationId, Json, message::Content, scope::Scope};

use super::{messages::InboxMessage, place::Place};
use crate::{
    Application, Caller, Error, Made, agents::AgentRef, channel_messages::NewChannelMessage, idempotency::KeyedRequest,
    turn::NewMessage,
};

impl Application {
    /// Stores a message of the caller's in a conversation of their inbox, and answers it. An agent's answer, or that of
    /// who stands in for the other, follows as a message of its own.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::RateLimited`]; those of [`post_message`](Self::post_message) to an agent.
    pub async fn post_to_inbox(
        &self,
        caller: &Caller,
        id: ConversationId,
        content: Content,
        request: Option<KeyedRequest>,
    ) -> Result<Made<InboxMessage>, Error> {
        let agent = match self.in_inbox(caller, id).await? {
            Place::Profile => {
                let new = NewChannelMessage {
                    content,
                    content_html: None,
                    metadata: Json::empty(),
                    file_ids: Vec::new(),
                    parent: None,
                    client_id: None,
                };
                let Made { value, replayed } = self.post_to_channel(caller, id, new, request).await?;
                return Ok(Made { value: InboxMessage::of_channel(value), replayed });
            }
            Place::Agent(agent) => agent,
        };
        caller.require(Scope::ThreadsWrite)?;
        if self.made_before(caller, request.as_ref()).await?.is_none() {
            self.admit_inbox_send(caller)?;
        }
        let new =
            NewMessage { content, content_html: None, metadata: Json::empty(), file_ids: Vec::new(), parent: None };
        let turn = self.post_message(caller, AgentRef::Id(agent.id), id, new, request).await?;
        let said = self.store.find_message(caller.organization, turn.run.trigger_message_id).await?;
        let me = self.me(caller).await?;
        let value = InboxMessage::of_thread(said.ok_or(Error::NotFound)?.message, Some(&me), &agent);
        Ok(Made { value, replayed: turn.replayed })
    }
}
