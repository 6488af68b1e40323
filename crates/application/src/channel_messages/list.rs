use stead_domain::{
    ConversationId, MessageId,
    page::{Page, PageLimit, Slice},
    ports::store::{ChannelMessage, ChannelMessageFilter, MessageEdit},
};

use crate::{Application, Caller, Error, threads::MessagesAt};

impl Application {
    /// A page of a channel's messages; what is deleted keeps its place.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is no member.
    pub async fn channel_messages(
        &self,
        caller: &Caller,
        channel: ConversationId,
        at: MessagesAt,
        limit: PageLimit,
    ) -> Result<Slice<ChannelMessage>, Error> {
        self.in_channel(caller, channel).await?;
        let page = Page { position: at.position(), limit };
        Ok(self.store.list_channel_messages(filter(caller, channel, None, page)).await?)
    }

    /// A message of a channel; a tombstone where it is deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is no member.
    pub async fn channel_message(&self, caller: &Caller, id: MessageId) -> Result<ChannelMessage, Error> {
        let (said, _) = self.message_as_member(caller, id).await?;
        Ok(said)
    }

    /// A page of the replies to a message; a deleted one keeps its replies.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is no member.
    pub async fn replies(&self, caller: &Caller, id: MessageId, page: Page) -> Result<Slice<ChannelMessage>, Error> {
        let (said, _) = self.message_as_member(caller, id).await?;
        let filter = filter(caller, said.message.conversation_id, Some(id), page);
        Ok(self.store.list_channel_messages(filter).await?)
    }

    /// What a message said before it was edited, oldest to newest: the newest versions, or those right before one; and
    /// whether there are older ones.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is no member.
    pub async fn message_edits(
        &self,
        caller: &Caller,
        id: MessageId,
        before: Option<i64>,
        limit: PageLimit,
    ) -> Result<(Vec<MessageEdit>, bool), Error> {
        self.message_as_member(caller, id).await?;
        let wanted = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let one_more = u32::try_from(limit.get() + 1).unwrap_or(u32::MAX);
        let mut edits = self.store.list_message_edits(id, before, one_more).await?;
        let has_older = edits.len() > wanted;
        edits.drain(..edits.len().saturating_sub(wanted));
        Ok((edits, has_older))
    }
}

fn filter(caller: &Caller, channel: ConversationId, replies_to: Option<MessageId>, page: Page) -> ChannelMessageFilter {
    ChannelMessageFilter { organization: caller.organization, channel, replies_to, reader: caller.user, page }
}
