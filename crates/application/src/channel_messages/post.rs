use stead_domain::{
    ConversationId, FileId, Json, MessageId,
    channel::Mention,
    event::{Audience, EventKind, NewEvent},
    message::{Author, Content, ContentHtml, Message, MessageRole, MessageStatus},
    ports::store::{
        Change, ChannelMessage, ChannelMessageChange, Commit, Committed, Guard, MessageChange, Sender, StoreError,
        UniqueKey,
    },
};
use uuid::Uuid;

use super::access::Member;
use crate::{
    Application, Caller, Conflict, Error, Made, TRIES,
    files::{attach, not_attachable},
    html,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// A message for a channel.
#[derive(Debug, Clone)]
pub struct NewChannelMessage {
    /// The text.
    pub content: Content,
    /// The text as HTML; rendered from the text where absent.
    pub content_html: Option<ContentHtml>,
    /// What the client keeps with it.
    pub metadata: Json,
    /// The files that are attached to it.
    pub file_ids: Vec<FileId>,
    /// The message that it replies to.
    pub parent: Option<MessageId>,
    /// The sender's own id for it: sent again under the same one, it is the same message.
    pub client_id: Option<Uuid>,
}

impl Application {
    /// Stores a message of the caller's in a channel that they are a member of. It is answered as soon as it is stored:
    /// whoever answers to it does so later.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if they are no member; [`Error::Invalid`] for a message of another channel to
    /// reply to, or files that they may not read; [`Conflict::IdempotencyMismatch`].
    pub async fn post_to_channel(
        &self,
        caller: &Caller,
        channel: ConversationId,
        new: NewChannelMessage,
        request: Option<KeyedRequest>,
    ) -> Result<Made<ChannelMessage>, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.posted_before(caller, channel, MessageId::new(made)).await;
        }
        let content_html = match &new.content_html {
            Some(given) => html::clean(given.as_str()),
            None => html::from_markdown(new.content.as_str()),
        };
        for n in 0..TRIES {
            let member = self.in_channel(caller, channel).await?;
            if n == 0 {
                self.may_send(caller, &member)?;
            }
            let Member { sender, .. } = member;
            let mentions = self.mentions_in(channel, new.content.as_str()).await?;
            let said = self.new_post(caller, channel, &new, content_html.clone());
            let mut commit = self.post_commit(caller, &said, &mentions, &new.file_ids);
            commit.jobs = self.answers_to(&sender, &said, &mentions).await?;
            commit.idempotency = self.remember(caller, request.as_ref(), said.id);
            match self.commit(commit).await {
                Ok(Committed::Done(_)) => {
                    let value = self.just_posted(caller, sender, said, mentions, &new).await?;
                    return Ok(Made { value, replayed: false });
                }
                Ok(Committed::Replayed(record)) => {
                    let request = request.as_ref().ok_or_else(replayed_without_key)?;
                    let made = MessageId::new(same_request(request, &record)?);
                    return self.posted_before(caller, channel, made).await;
                }
                Err(StoreError::Conflict(UniqueKey::MessageClientId)) => {
                    return match self.posted_under_client_id(caller, channel, &new).await? {
                        Some(made) => Ok(made),
                        // Of a channel that was deleted.
                        None => Err(Error::Conflict(Conflict::IdempotencyMismatch)),
                    };
                }
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(error @ StoreError::Refused(Guard::Message { .. } | Guard::Files { .. })) => {
                    // What it needed may be gone since it was sent first.
                    if let Some(made) = self.posted_under_client_id(caller, channel, &new).await? {
                        return Ok(made);
                    }
                    return Err(not_attachable(&error).unwrap_or_else(not_of_this_channel));
                }
                // They are no member any more: say so.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    fn new_post(
        &self,
        caller: &Caller,
        channel: ConversationId,
        new: &NewChannelMessage,
        content_html: String,
    ) -> Message {
        Message {
            id: MessageId::new(self.ids.next()),
            organization_id: caller.organization,
            conversation_id: channel,
            author: Author::User(caller.user),
            role: MessageRole::User,
            from_ai: false,
            content: new.content.as_str().to_owned(),
            content_html,
            metadata: new.metadata.clone(),
            reply_to_id: new.parent,
            branch_parent_id: None,
            active: true,
            run_id: None,
            status: MessageStatus::Complete,
            client_id: new.client_id,
            version: 1,
            created_at: self.clock.now(),
            edited_at: None,
            deleted_at: None,
        }
    }

    /// One row and one event, unless there is more to it: others who send to the same channel wait for nothing of it.
    fn post_commit(&self, caller: &Caller, said: &Message, mentions: &[Mention], files: &[FileId]) -> Commit {
        let (organization, channel, message) = (said.organization_id, said.conversation_id, said.id);
        let mut commit = Commit {
            guards: vec![Guard::Member { conversation: channel, user: caller.user }, caller.still_there()],
            changes: vec![Change::Message(MessageChange::Insert(said.clone()))],
            events: vec![message_event(said, EventKind::MessageCreated)],
            ..Commit::default()
        };
        if let Some(message) = said.reply_to_id {
            commit.guards.push(Guard::Message { conversation: channel, message });
        }
        if !mentions.is_empty() {
            let mentions = mentions.to_vec();
            let noted = ChannelMessageChange::Mention { organization, channel, message, mentions };
            commit.changes.push(Change::ChannelMessage(noted));
        }
        if let Some((guard, change)) = attach(caller, channel, Some(message), files) {
            commit.guards.push(guard);
            commit.changes.push(change);
        }
        commit
    }

    /// What was just stored: all of it is known, but for the files.
    async fn just_posted(
        &self,
        caller: &Caller,
        sender: Sender,
        said: Message,
        mentions: Vec<Mention>,
        new: &NewChannelMessage,
    ) -> Result<ChannelMessage, Error> {
        if new.file_ids.is_empty() {
            return Ok(ChannelMessage::just_sent(said, sender.user, mentions));
        }
        let found = self.store.find_channel_message(caller.organization, said.id, caller.user).await?;
        found.ok_or(Error::NotFound)
    }

    /// A repeat with the same key: the message as it is now.
    async fn posted_before(
        &self,
        caller: &Caller,
        channel: ConversationId,
        made: MessageId,
    ) -> Result<Made<ChannelMessage>, Error> {
        self.in_channel(caller, channel).await?;
        let found = self.store.find_channel_message(caller.organization, made, caller.user).await?;
        let value = found.filter(|said| said.message.deleted_at.is_none()).ok_or(Error::NotFound)?;
        Ok(Made { value, replayed: true })
    }

    /// What the caller sent under the same id of their own, if they did.
    ///
    /// # Errors
    /// [`Conflict::IdempotencyMismatch`] if it was something else.
    async fn posted_under_client_id(
        &self,
        caller: &Caller,
        channel: ConversationId,
        new: &NewChannelMessage,
    ) -> Result<Option<Made<ChannelMessage>>, Error> {
        let Some(client_id) = new.client_id else { return Ok(None) };
        let Some(sent) = self.store.find_sent(caller.organization, caller.user, client_id).await? else {
            return Ok(None);
        };
        let said = &sent.message.message;
        if said.conversation_id != channel || said.reply_to_id != new.parent {
            return Err(Error::Conflict(Conflict::IdempotencyMismatch));
        }
        if said.deleted_at.is_some() {
            return Err(Error::NotFound);
        }
        let files: Vec<FileId> = sent.message.attachments.iter().map(|file| file.id).collect();
        // A file may be gone since, none can have come.
        let same_files = files.iter().all(|file| new.file_ids.contains(file));
        if sent.first_content != new.content.as_str() || !same_files {
            return Err(Error::Conflict(Conflict::IdempotencyMismatch));
        }
        Ok(Some(Made { value: sent.message, replayed: true }))
    }
}

/// What to answer for a message to reply to that is not there.
fn not_of_this_channel() -> Error {
    let problem = stead_domain::Invalid::new("must be the id of a message of this channel that is not deleted");
    Error::invalid("parent_id", problem)
}

/// That something happened to a message.
pub(super) fn message_event(said: &Message, kind: EventKind) -> NewEvent {
    NewEvent {
        organization_id: said.organization_id,
        conversation_id: Some(said.conversation_id),
        audience: Audience::Members,
        kind,
        subject_id: said.id.uuid(),
        subject_version: said.version,
        at: said.created_at,
    }
}
