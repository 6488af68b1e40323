use stead_domain::{
    MessageId,
    channel::MemberRole,
    event::EventKind,
    ports::store::{ChannelMessageChange, Guard, StoreError},
};

use super::{access::is_own, edit::change_commit};
use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// Deletes a message: a tombstone keeps its place, what was said and what hung on it are gone at once. Whose it is may,
    /// and an admin of the channel.
    ///
    /// # Errors
    /// [`Error::NotFound`], also where it was deleted before; [`Error::Forbidden`].
    pub async fn delete_channel_message(&self, caller: &Caller, id: MessageId) -> Result<(), Error> {
        for _ in 0..TRIES {
            let (said, member) = self.live_message_as_member(caller, id).await?;
            let message = &said.message;
            let administers = member.role == MemberRole::Admin && !member.sender.kind.is_fixed();
            if !administers && !is_own(caller, message.author) {
                return Err(Error::Forbidden("only who wrote a message and the channel's admins may delete it"));
            }
            let at = self.clock.now();
            let delete = ChannelMessageChange::Delete { channel: message.conversation_id, message: id, at };
            match self.commit(change_commit(caller, message, delete, EventKind::MessageDeleted, at)).await {
                Ok(_) => return Ok(()),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }
}
