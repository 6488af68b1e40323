use stead_domain::{
    ConversationId, Invalid, MessageId,
    event::EventKind,
    ports::store::{ChannelMessage, ChannelMessageChange, Guard, MOST_PINS, Pin, StoreError},
};

use super::reactions::beside_commit;
use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// What is pinned in a channel, in the order in which it was pinned.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is no member.
    pub async fn pins(&self, caller: &Caller, channel: ConversationId) -> Result<Vec<Pin>, Error> {
        self.in_channel(caller, channel).await?;
        Ok(self.store.list_pins(caller.organization, channel, caller.user).await?)
    }

    /// Pins a message; what is pinned stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is no member; [`Error::Invalid`] for a message of another
    /// channel; [`Conflict::TooManyPins`].
    pub async fn pin(&self, caller: &Caller, channel: ConversationId, id: MessageId) -> Result<Pin, Error> {
        for _ in 0..TRIES {
            let said = self.message_to_pin(caller, channel, id).await?;
            if said.message.deleted_at.is_some() {
                return Err(Error::NotFound);
            }
            if let Some(pin) = self.pinned(caller, channel, id).await? {
                return Ok(pin);
            }
            let (organization, by, at) = (caller.organization, caller.user, self.clock.now());
            let pin = ChannelMessageChange::Pin { organization, channel, message: id, by, at };
            let mut commit = beside_commit(caller, &said.message, pin, EventKind::PinAdded, at);
            commit.guards.push(Guard::PinRoom { channel, max: MOST_PINS });
            match self.commit(commit).await {
                Ok(_) => return Ok(Pin { message: said, pinned_by: by, pinned_at: at }),
                Err(StoreError::Refused(Guard::PinRoom { .. })) => return Err(Error::Conflict(Conflict::TooManyPins)),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Unpins a message; where it is not pinned, nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is no member; [`Error::Invalid`] for a message of another
    /// channel.
    pub async fn unpin(&self, caller: &Caller, channel: ConversationId, id: MessageId) -> Result<(), Error> {
        for _ in 0..TRIES {
            let said = self.message_to_pin(caller, channel, id).await?;
            if self.pinned(caller, channel, id).await?.is_none() {
                return Ok(());
            }
            let unpin = ChannelMessageChange::Unpin { channel, message: id };
            match self
                .commit(beside_commit(caller, &said.message, unpin, EventKind::PinRemoved, self.clock.now()))
                .await
            {
                Ok(_) => return Ok(()),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// A message of the caller's organization that is of this channel, which they are a member of.
    async fn message_to_pin(
        &self,
        caller: &Caller,
        channel: ConversationId,
        id: MessageId,
    ) -> Result<ChannelMessage, Error> {
        let found = self.store.find_channel_message(caller.organization, id, caller.user).await?;
        let said = found.ok_or(Error::NotFound)?;
        self.in_channel(caller, channel).await?;
        if said.message.conversation_id == channel {
            Ok(said)
        } else {
            Err(Error::invalid("message_id", Invalid::new("must be the id of a message of this channel")))
        }
    }

    async fn pinned(&self, caller: &Caller, channel: ConversationId, id: MessageId) -> Result<Option<Pin>, Error> {
        let pins = self.store.list_pins(caller.organization, channel, caller.user).await?;
        Ok(pins.into_iter().find(|pin| pin.message.message.id == id))
    }
}
