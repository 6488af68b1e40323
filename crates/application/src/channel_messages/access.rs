use stead_domain::{
    ConversationId, MessageId,
    channel::{ChannelKind, MemberRole},
    message::Author,
    ports::store::{ChannelMessage, Sender},
};

use crate::{Application, Caller, Error, channels::NOT_A_MEMBER};

/// Somebody in a channel that they are a member of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub(super) sender: Sender,
    pub(super) role: MemberRole,
}

impl Application {
    /// The caller as a member of a channel.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the organization has no such channel; [`Error::Forbidden`] if they are no member.
    pub(super) async fn in_channel(&self, caller: &Caller, channel: ConversationId) -> Result<Member, Error> {
        let sender = self.store.find_sender(caller.organization, channel, caller.user).await?.ok_or(Error::NotFound)?;
        let role = sender.role.ok_or(Error::Forbidden(NOT_A_MEMBER))?;
        Ok(Member { sender, role })
    }

    /// A message, tombstone or not, of a channel that the caller is a member of.
    ///
    /// # Errors
    /// As [`in_channel`](Self::in_channel).
    pub(super) async fn message_as_member(
        &self,
        caller: &Caller,
        id: MessageId,
    ) -> Result<(ChannelMessage, Member), Error> {
        let found = self.store.find_channel_message(caller.organization, id, caller.user).await?;
        let said = found.ok_or(Error::NotFound)?;
        let member = self.in_channel(caller, said.message.conversation_id).await?;
        Ok((said, member))
    }

    /// The same of a message that is not deleted, for a change of it or of what hangs on it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a tombstone too.
    pub(super) async fn live_message_as_member(
        &self,
        caller: &Caller,
        id: MessageId,
    ) -> Result<(ChannelMessage, Member), Error> {
        let (said, member) = self.message_as_member(caller, id).await?;
        if said.message.deleted_at.is_some() { Err(Error::NotFound) } else { Ok((said, member)) }
    }

    /// Whether a member may send to a channel now. What is sent into a direct channel is judged here, under whatever path it
    /// comes.
    pub(super) fn may_send(&self, caller: &Caller, member: &Member) -> Result<(), Error> {
        match member.sender.kind {
            ChannelKind::Direct => self.admit_inbox_send(caller),
            ChannelKind::Public | ChannelKind::Private | ChannelKind::Group | ChannelKind::Assistant => Ok(()),
        }
    }
}

/// Whether a message is the caller's own: they wrote it, or an agent did in their stead.
pub(super) fn is_own(caller: &Caller, author: Author) -> bool {
    match author {
        Author::User(user) => user == caller.user,
        Author::Agent { on_behalf_of, .. } => on_behalf_of == Some(caller.user),
        Author::System => false,
    }
}
