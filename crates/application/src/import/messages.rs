use std::{collections::HashSet, time::Duration};

use stead_domain::{
    Json, MessageId, Timestamp, UserId,
    channel::Mention,
    emoji::Emoji,
    message::{Author, Content, Message, MessageRole, MessageStatus},
    ports::store::{
        Change, ChannelMessageChange, Commit, Guard, MOST_PINS, MessageChange, React, StoreError, UniqueKey,
    },
};

use super::{Import, ImportedRoom, ids::derived};
use crate::{
    Conflict, Error, TRIES,
    channel_messages::{Named, named},
    html,
};

/// How many messages are looked for at once, and how many changes a commit has at most: so that it takes no second.
const A_LOOK: usize = 500;
const A_COMMIT: usize = 500;
/// How many reactions to one message are kept.
const REACTIONS: usize = 400;
/// How often a commit is tried that the database has no room for, and how long is waited before.
const PATIENCE: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Where a message stands: what its id follows from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// What names it in its channel in the source.
    pub key: String,
    /// When it was said.
    pub at: Timestamp,
    /// In which order within its millisecond.
    pub n: u32,
}

/// A message as the source knows it.
#[derive(Debug, Clone)]
pub struct Said {
    /// Where it stands.
    pub place: Place,
    /// Who said it: [`Import::people`] knows them.
    pub author: String,
    /// What they said, Markdown; cut to fit.
    pub text: String,
    /// What is kept with it; nothing where it is too much.
    pub metadata: serde_json::Value,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// The message that it replies to.
    pub reply_to: Option<Place>,
    /// Who reacted with what.
    pub reactions: Vec<(String, Emoji)>,
    /// Who pinned it, and when.
    pub pinned: Option<(String, Timestamp)>,
    /// It was deleted: only its place is left.
    pub is_deleted: bool,
}

impl Import {
    /// Brings messages into a channel, in their order. Those that are there stay as they are.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn messages(&mut self, room: &mut ImportedRoom, said: Vec<Said>) -> Result<(), Error> {
        let mut said: Vec<(MessageId, Said)> =
            said.into_iter().map(|one| (self.message_id(room, &one.place), one)).collect();
        while !said.is_empty() {
            let rest = said.split_off(said.len().min(A_LOOK));
            let new = self.without_known(std::mem::replace(&mut said, rest)).await?;
            let (mut batch, mut changes) = (Vec::new(), 0);
            for (id, one) in new {
                let Some(made) = self.changes_of(room, id, one) else {
                    self.tally.left_out += 1;
                    continue;
                };
                if changes + made.len() > A_COMMIT {
                    self.store_batch(room, std::mem::take(&mut batch)).await?;
                    changes = 0;
                }
                changes += made.len();
                batch.push((id, made));
            }
            self.store_batch(room, batch).await?;
        }
        Ok(())
    }

    /// Those that are not there, each once.
    async fn without_known<T>(&mut self, batch: Vec<(MessageId, T)>) -> Result<Vec<(MessageId, T)>, Error> {
        let ids: Vec<MessageId> = batch.iter().map(|(id, _)| *id).collect();
        let there = self.application.store.messages_that_exist(ids).await?;
        let mut known: HashSet<MessageId> = there.into_iter().collect();
        let all = batch.len();
        let new: Vec<(MessageId, T)> = batch.into_iter().filter(|(id, _)| known.insert(*id)).collect();
        self.tally.messages_known += count(all - new.len());
        Ok(new)
    }

    async fn store_batch(
        &mut self,
        room: &mut ImportedRoom,
        mut batch: Vec<(MessageId, Vec<Change>)>,
    ) -> Result<(), Error> {
        for _ in 0..TRIES {
            if batch.is_empty() {
                return Ok(());
            }
            let changes: Vec<Change> = batch.iter().flat_map(|(_, changes)| changes.clone()).collect();
            match self.commit_patiently(room, changes).await {
                Ok(()) => {
                    self.tally.messages += count(batch.len());
                    room.brought += count(batch.len());
                    return Ok(());
                }
                // Somebody else brings the same, or the answer to a first try was lost.
                Err(StoreError::Conflict(UniqueKey::Id)) => batch = self.without_known(batch).await?,
                // The channel was deleted meanwhile.
                Err(StoreError::Refused(_)) => {
                    self.tally.left_out += count(batch.len());
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// A server beside this has the same database, and may keep it busy. What was perhaps done is found by its ids.
    async fn commit_patiently(&self, room: &ImportedRoom, changes: Vec<Change>) -> Result<(), StoreError> {
        let guards = vec![Guard::Channel { organization: self.organization.id, conversation: room.id }];
        let mut tries = 0;
        loop {
            let commit = Commit { guards: guards.clone(), changes: changes.clone(), ..Commit::default() };
            match self.application.commit(commit).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Unavailable(_)) if tries < PATIENCE => {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What a message is made of. `None` if it says nothing, or is of somebody who was deleted here.
    fn changes_of(&self, room: &mut ImportedRoom, id: MessageId, said: Said) -> Option<Vec<Change>> {
        let author = self.user_of(&said.author)?;
        let content = if said.is_deleted { "" } else { said.text.trim_end() };
        let content = Content::fitting(content)?.into_string();
        if content.is_empty() && !said.is_deleted {
            return None;
        }
        let (organization, channel) = (self.organization.id, room.id);
        let mentions = self.meant(&content);
        let message = Message {
            id,
            organization_id: organization,
            conversation_id: channel,
            author: Author::User(author),
            role: MessageRole::User,
            from_ai: false,
            content_html: html::from_markdown(&content),
            content,
            metadata: if said.is_deleted {
                Json::empty()
            } else {
                Json::metadata(said.metadata).unwrap_or_else(|_too_much| Json::empty())
            },
            reply_to_id: said.reply_to.map(|place| self.message_id(room, &place)),
            branch_parent_id: None,
            active: true,
            run_id: None,
            status: MessageStatus::Complete,
            client_id: None,
            version: 1,
            created_at: said.place.at,
            edited_at: said.edited_at.filter(|_| !said.is_deleted),
            deleted_at: said.is_deleted.then_some(said.place.at),
        };
        let mut changes = vec![Change::Message(MessageChange::Insert(message))];
        if said.is_deleted {
            return Some(changes);
        }
        let mut beside = |change| changes.push(Change::ChannelMessage(change));
        if !mentions.is_empty() {
            beside(ChannelMessageChange::Mention { organization, channel, message: id, mentions });
        }
        for (user, emoji) in said.reactions.into_iter().take(REACTIONS) {
            if let Some(user) = self.user_of(&user) {
                let at = said.place.at;
                beside(ChannelMessageChange::React(React { organization, channel, message: id, emoji, user, at }));
            }
        }
        if let Some((by, at)) = said.pinned
            && room.pins < MOST_PINS
        {
            let by = self.user_of(&by).unwrap_or(self.owner);
            beside(ChannelMessageChange::Pin { organization, channel, message: id, by, at });
            room.pins += 1;
        }
        Some(changes)
    }

    /// Who is meant by a text: those whom the source names.
    fn meant(&self, content: &str) -> Vec<Mention> {
        let mut meant: Vec<Mention> = Vec::new();
        for name in named(content) {
            let user = |handle| self.handles.get(handle).map(|user: &UserId| Mention::User(*user));
            let mention = match name {
                Named::Channel => Some(Mention::Channel),
                Named::Here => Some(Mention::Here),
                Named::Handle(handles) => handles.iter().find_map(user),
            };
            meant.extend(mention.filter(|mention| !meant.contains(mention)));
        }
        meant
    }

    fn message_id(&self, room: &ImportedRoom, place: &Place) -> MessageId {
        let channel = room.id.uuid();
        let parts: [&[u8]; 4] = [channel.as_bytes(), self.source.as_bytes(), b"message", place.key.as_bytes()];
        MessageId::new(derived(place.at, place.n, &parts))
    }
}

fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}
