use stead_domain::{
    Invalid, MessageId, Timestamp,
    event::{EventKind, NewEvent},
    message::{Content, ContentHtml, Message},
    ports::store::{Change, ChannelMessage, ChannelMessageChange, Commit, EditMessage, Guard, StoreError, Versioned},
};

use super::{access::is_own, post::message_event};
use crate::{Application, Caller, Conflict, Error, Expected, TRIES, html};

/// What changes of a message; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct MessagePatch {
    /// Its text, and the text as HTML; rendered from the text where absent.
    pub content: Option<(Content, Option<ContentHtml>)>,
}

impl Application {
    /// Replaces the text of a message of the caller's own, or of one that an agent wrote in their stead, as long as the
    /// configured window is open. What it said before is kept.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if they are no member, or it is not theirs; [`Error::PreconditionFailed`];
    /// [`Conflict::EditWindowOver`].
    pub async fn edit_channel_message(
        &self,
        caller: &Caller,
        id: MessageId,
        expected: Expected,
        patch: MessagePatch,
    ) -> Result<ChannelMessage, Error> {
        let html = patch.content.as_ref().map(|(content, given)| match given {
            Some(given) => html::clean(given.as_str()),
            None => html::from_markdown(content.as_str()),
        });
        for _ in 0..TRIES {
            let (said, _) = self.live_message_as_member(caller, id).await?;
            let message = &said.message;
            if !is_own(caller, message.author) {
                return Err(Error::Forbidden("only who wrote a message may edit it"));
            }
            let at = self.clock.now();
            let window = self.settings.edit_window;
            if window.is_zero() || message.created_at.plus(window) < at {
                return Err(Error::Conflict(Conflict::EditWindowOver));
            }
            expected.check(message.version)?;
            let (Some((content, _)), Some(content_html)) = (&patch.content, html.clone()) else { return Ok(said) };
            if content.as_str().is_empty() && said.attachments.is_empty() {
                return Err(Error::invalid("content", Invalid::new("must have at least 1 characters")));
            }
            if content.as_str() == message.content && content_html == message.content_html {
                return Ok(said);
            }
            let edit = EditMessage {
                organization: caller.organization,
                channel: message.conversation_id,
                message: id,
                content: content.as_str().to_owned(),
                content_html,
                mentions: self.mentions_in(message.conversation_id, content.as_str()).await?,
                by: caller.user,
                at,
            };
            let commit =
                change_commit(caller, message, ChannelMessageChange::Edit(edit), EventKind::MessageUpdated, at);
            match self.commit(commit).await {
                Ok(_) => {
                    let found = self.store.find_channel_message(caller.organization, id, caller.user).await?;
                    return found.ok_or(Error::NotFound);
                }
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }
}

/// The commit of a change that makes the next version of a message.
pub(super) fn change_commit(
    caller: &Caller,
    message: &Message,
    change: ChannelMessageChange,
    kind: EventKind,
    at: Timestamp,
) -> Commit {
    let event = NewEvent { subject_version: message.version + 1, at, ..message_event(message, kind) };
    Commit {
        guards: vec![
            Guard::Member { conversation: message.conversation_id, user: caller.user },
            caller.still_there(),
            Guard::Version(Versioned::Message(message.id), message.version),
        ],
        changes: vec![Change::ChannelMessage(change)],
        events: vec![event],
        ..Commit::default()
    }
}
