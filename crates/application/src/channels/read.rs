use stead_domain::{
    ConversationId, MessageId,
    event::{Audience, EventKind, NewEvent},
    ports::store::{Change, ChannelChange, Commit, Committed, Guard, Outcome, ReadMarker},
};

use super::access::refused;
use crate::{Application, Caller, Error};

/// Up to where somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadUpTo {
    /// The channel.
    pub channel_id: ConversationId,
    /// The last message that they have read.
    pub message_id: MessageId,
}

impl Application {
    /// Notes up to where the caller has read a channel. It goes forward only: what was read stays so. Answers where it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`], also of the message; [`Error::Forbidden`]; [`Error::Invalid`] for a message of another channel.
    pub async fn read_channel(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<ReadUpTo, Error> {
        self.channel_of_member(caller, id).await?;
        let found = self.store.find_message(caller.organization, message).await?.ok_or(Error::NotFound)?;
        let elsewhere = found.message.conversation_id;
        if elsewhere != id {
            // One that they cannot read is not there for them.
            let own = self.store.members_among(vec![elsewhere], vec![caller.user]).await?;
            return Err(if own.is_empty() {
                Error::NotFound
            } else {
                Error::invalid("message_id", stead_domain::Invalid::new("must be a message of this channel"))
            });
        }
        let message_id = self.note_read(caller, id, message).await?;
        Ok(ReadUpTo { channel_id: id, message_id })
    }

    /// Notes up to where the caller has read a conversation that they are a member of: forward only. Answers where it is now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if they are no member any more.
    pub(crate) async fn note_read(
        &self,
        caller: &Caller,
        id: ConversationId,
        message: MessageId,
    ) -> Result<MessageId, Error> {
        let now = self.clock.now();
        let marker = ReadMarker { conversation_id: id, user_id: caller.user, message_id: message, updated_at: now };
        if let Some(before) = self.read_marker(caller, id).await?.filter(|before| before.message_id >= message) {
            return Ok(before.message_id);
        }
        let organization = caller.organization;
        let event = NewEvent {
            organization_id: organization,
            conversation_id: Some(id),
            audience: Audience::User(caller.user),
            kind: EventKind::ReadUpdated,
            subject_id: id.uuid(),
            subject_version: 1,
            at: now,
        };
        let commit = Commit {
            guards: vec![caller.still_there(), Guard::Member { conversation: id, user: caller.user }],
            changes: vec![Change::Channel(ChannelChange::MoveReadMarker { organization, marker })],
            events: vec![event],
            ..Commit::default()
        };
        let committed = self.commit(commit).await.map_err(|error| refused(caller, error))?;
        if committed == Committed::Done(vec![Outcome::Unchanged]) {
            // Another of their clients was faster.
            let now = self.read_marker(caller, id).await?.unwrap_or(marker);
            return Ok(now.message_id);
        }
        Ok(message)
    }

    async fn read_marker(&self, caller: &Caller, id: ConversationId) -> Result<Option<ReadMarker>, Error> {
        Ok(self.store.read_markers(vec![(id, caller.user)]).await?.pop())
    }
}
