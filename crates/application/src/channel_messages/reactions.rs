use stead_domain::{
    MessageId, Timestamp,
    emoji::Emoji,
    event::{EventKind, NewEvent},
    message::Message,
    page::{Page, Slice},
    ports::store::{
        Change, ChannelMessage, ChannelMessageChange, Commit, Guard, React, Reactions, Reactor, StoreError,
    },
};

use super::post::message_event;
use crate::{Application, Caller, Conflict, Error, TRIES};

/// With how many different emoji people may react to one message. (A few more where several are the first at once.)
const MOST_EMOJI: usize = 100;

impl Application {
    /// The caller reacts to a message; to do so again changes nothing. How people reacted with that emoji then.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if they are no member; [`Conflict::TooManyReactions`].
    pub async fn react(&self, caller: &Caller, id: MessageId, emoji: Emoji) -> Result<Reactions, Error> {
        for _ in 0..TRIES {
            let (said, _) = self.live_message_as_member(caller, id).await?;
            let is_known = match with(&said, &emoji) {
                Some(reactions) if reactions.me => return Ok(reactions.clone()),
                reactions => reactions.is_some(),
            };
            if !is_known && said.reactions.len() >= MOST_EMOJI {
                return Err(Error::Conflict(Conflict::TooManyReactions));
            }
            let at = self.clock.now();
            let react = ChannelMessageChange::React(React {
                organization: caller.organization,
                channel: said.message.conversation_id,
                message: id,
                emoji: emoji.clone(),
                user: caller.user,
                at,
            });
            match self.commit(beside_commit(caller, &said.message, react, EventKind::ReactionAdded, at)).await {
                Ok(_) => {
                    let found = self.store.find_channel_message(caller.organization, id, caller.user).await?;
                    return found.as_ref().and_then(|said| with(said, &emoji)).cloned().ok_or(Error::NotFound);
                }
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Takes a reaction of the caller's back; where there is none, nothing changes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if they are no member.
    pub async fn unreact(&self, caller: &Caller, id: MessageId, emoji: Emoji) -> Result<(), Error> {
        for _ in 0..TRIES {
            let (said, _) = self.live_message_as_member(caller, id).await?;
            if !with(&said, &emoji).is_some_and(|reactions| reactions.me) {
                return Ok(());
            }
            let unreact = ChannelMessageChange::Unreact { message: id, emoji: emoji.clone(), user: caller.user };
            let at = self.clock.now();
            match self.commit(beside_commit(caller, &said.message, unreact, EventKind::ReactionRemoved, at)).await {
                Ok(_) => return Ok(()),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Who reacted to a message, and with what.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if they are no member.
    pub async fn reactors(&self, caller: &Caller, id: MessageId, page: Page) -> Result<Slice<Reactor>, Error> {
        self.live_message_as_member(caller, id).await?;
        Ok(self.store.list_reactors(id, page).await?)
    }
}

fn with<'a>(said: &'a ChannelMessage, emoji: &Emoji) -> Option<&'a Reactions> {
    said.reactions.iter().find(|reactions| reactions.emoji == *emoji)
}

/// The commit of something that is put beside a message, or taken away.
pub(super) fn beside_commit(
    caller: &Caller,
    message: &Message,
    change: ChannelMessageChange,
    kind: EventKind,
    at: Timestamp,
) -> Commit {
    Commit {
        guards: vec![
            Guard::Member { conversation: message.conversation_id, user: caller.user },
            caller.still_there(),
            Guard::Message { conversation: message.conversation_id, message: message.id },
        ],
        changes: vec![Change::ChannelMessage(change)],
        events: vec![NewEvent { at, ..message_event(message, kind) }],
        ..Commit::default()
    }
}
