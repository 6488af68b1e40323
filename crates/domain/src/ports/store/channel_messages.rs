use async_trait::async_trait;
use uuid::Uuid;

use super::StoreError;
use crate::{
    AgentId, AvatarId, ConversationId, MessageId, OrganizationId, Timestamp, UserId,
    channel::{ChannelKind, MemberRole, Mention},
    emoji::Emoji,
    file::File,
    message::Message,
    page::{Page, Slice},
    text::{DisplayName, Handle},
};

/// How many of those who reacted come with a message, of each emoji.
pub const REACTORS_SHOWN: i64 = 20;

/// What is said in channels. A list takes a constant number of statements, however long it is. What is deleted stays as a
/// tombstone in its place: id, author, times, and nothing that was said.
#[async_trait]
pub trait ChannelMessageQueries: Send + Sync + 'static {
    /// What it takes to decide whether somebody may send to a channel of the organization, in one statement. `None` where
    /// there is no such channel, or no such user; none of a deleted one.
    async fn find_sender(
        &self,
        organization: OrganizationId,
        channel: ConversationId,
        user: UserId,
    ) -> Result<Option<Sender>, StoreError>;

    /// Whom some handles mean in a channel: members who are neither deactivated nor deleted, and agents of the channel that
    /// are not deleted. Of both, in no order; a handle that means nobody is left out.
    async fn find_mentioned(
        &self,
        channel: ConversationId,
        handles: Vec<Handle>,
    ) -> Result<Vec<(Handle, Mention)>, StoreError>;

    /// A message of a channel of the organization that is not deleted; a tombstone too. `reader` is for whom
    /// [`Reactions::me`] is told.
    async fn find_channel_message(
        &self,
        organization: OrganizationId,
        id: MessageId,
        reader: UserId,
    ) -> Result<Option<ChannelMessage>, StoreError>;

    /// Those of these messages that are of channels that are not deleted, of any organization, as they are now, in order of
    /// their ids: for what follows the event log, which looks at [`Message::organization_id`] and asks for whom they are;
    /// never for an answer to somebody. [`Reactions::me`] is told of nobody. Messages of threads are not among them.
    async fn channel_messages_now(&self, ids: Vec<MessageId>) -> Result<Vec<ChannelMessage>, StoreError>;

    /// A page of a channel's messages, by id.
    async fn list_channel_messages(&self, filter: ChannelMessageFilter) -> Result<Slice<ChannelMessage>, StoreError>;

    /// What this user sent under this id of their own.
    async fn find_sent(
        &self,
        organization: OrganizationId,
        author: UserId,
        client_id: Uuid,
    ) -> Result<Option<Sent>, StoreError>;

    /// What a message said before it was edited: up to `limit` versions, those right before version `before`, or
    /// the newest; oldest to newest. None of a deleted one.
    async fn list_message_edits(
        &self,
        message: MessageId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<MessageEdit>, StoreError>;

    /// Who reacted to a message, and with what: a page by the id of the user.
    async fn list_reactors(&self, message: MessageId, page: Page) -> Result<Slice<Reactor>, StoreError>;

    /// What is pinned in a channel, in the order in which it was pinned; at most [`MOST_PINS`].
    async fn list_pins(
        &self,
        organization: OrganizationId,
        channel: ConversationId,
        reader: UserId,
    ) -> Result<Vec<Pin>, StoreError>;
}

/// How many messages of a channel may be pinned.
pub const MOST_PINS: i64 = 100;

/// Which messages of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelMessageFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// The channel.
    pub channel: ConversationId,
    /// Only replies to this message.
    pub replies_to: Option<MessageId>,
    /// For whom [`Reactions::me`] is told.
    pub reader: UserId,
    /// Which part, how many.
    pub page: Page,
}

/// Somebody who may want to send to a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender {
    /// What kind of channel it is.
    pub kind: ChannelKind,
    /// What they may do there; none where they are no member.
    pub role: Option<MemberRole>,
    /// Them.
    pub user: Speaker,
}

/// A message of a channel with all that is shown with it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelMessage {
    /// The message.
    pub message: Message,
    /// Who wrote it, as they are now; none where Stead itself did, or where nothing is known of them any more.
    pub author: Option<Speaker>,
    /// Whom the author stood in for, as they are now.
    pub on_behalf_of: Option<Speaker>,
    /// Who is meant by it, in the order of the text.
    pub mentions: Vec<Mention>,
    /// How people reacted to it; of the emoji that was used first, first.
    pub reactions: Vec<Reactions>,
    /// The files that are attached to it, in their order.
    pub attachments: Vec<File>,
    /// How many messages that are not deleted reply to it.
    pub reply_count: i64,
}

impl ChannelMessage {
    /// A message that was just sent: nobody has done anything with it yet.
    pub fn just_sent(message: Message, author: Speaker, mentions: Vec<Mention>) -> Self {
        Self {
            message,
            author: Some(author),
            on_behalf_of: None,
            mentions,
            reactions: Vec::new(),
            attachments: Vec::new(),
            reply_count: 0,
        }
    }
}

/// Who says something, as they are shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Speaker {
    /// A person.
    User {
        /// Their id.
        id: UserId,
        /// Their handle; none of one who was deleted.
        handle: Option<Handle>,
        /// What they are called; nothing where they were deleted.
        display_name: Option<DisplayName>,
        /// Their picture.
        avatar: Option<AvatarId>,
    },
    /// An agent.
    Agent {
        /// Its id.
        id: AgentId,
        /// Its handle.
        handle: Handle,
        /// What it is called.
        display_name: DisplayName,
        /// Where its picture is.
        avatar_url: Option<String>,
    },
}

/// How people reacted with one emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reactions {
    /// The emoji.
    pub emoji: Emoji,
    /// How many.
    pub count: i64,
    /// Whether the reader is one of them.
    pub me: bool,
    /// Who: the first [`REACTORS_SHOWN`].
    pub users: Vec<UserId>,
}

/// Somebody who reacted to a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Reactor {
    /// Who.
    pub user: Speaker,
    /// Their id.
    pub user_id: UserId,
    /// With what, first to last.
    pub emoji: Vec<Emoji>,
}

/// What was sent under an id of the sender's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The message as it is now.
    pub message: ChannelMessage,
    /// What it said when it was sent.
    pub first_content: String,
}

/// What a message said before an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEdit {
    /// The version that said it.
    pub version: i64,
    /// The text.
    pub content: String,
    /// Who replaced it.
    pub edited_by: UserId,
    /// When it was replaced.
    pub edited_at: Timestamp,
}

/// A pinned message.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    /// The message.
    pub message: ChannelMessage,
    /// Who pinned it.
    pub pinned_by: UserId,
    /// When.
    pub pinned_at: Timestamp,
}

/// A change of what is said in a channel and of what hangs on it. Storing a message is
/// [`MessageChange::Insert`](super::MessageChange::Insert).
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelMessageChange {
    /// Notes who is meant by a message of which nothing is noted.
    Mention {
        /// The organization.
        organization: OrganizationId,
        /// The channel.
        channel: ConversationId,
        /// The message.
        message: MessageId,
        /// Who, in the order of the text, each once.
        mentions: Vec<Mention>,
    },
    /// Replaces its text, raises its version and keeps what it said before. Guard its version before it.
    Edit(EditMessage),
    /// Empties it: text, metadata, mentions, reactions, attachments, pins and what it said before are gone, its version is
    /// raised. Unchanged if it is deleted, or not of the channel.
    Delete {
        /// The channel.
        channel: ConversationId,
        /// The message.
        message: MessageId,
        /// When.
        at: Timestamp,
    },
    /// Somebody reacts; unchanged if they did so before. Guard the message before it.
    React(React),
    /// Takes it back; unchanged if there was nothing to take back.
    Unreact {
        /// The message.
        message: MessageId,
        /// With what.
        emoji: Emoji,
        /// Who.
        user: UserId,
    },
    /// Pins a message; unchanged if it was pinned before. Guard the room for it and the message before it.
    Pin {
        /// The organization.
        organization: OrganizationId,
        /// The channel.
        channel: ConversationId,
        /// The message.
        message: MessageId,
        /// Who.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Unpins it; unchanged if it was not pinned.
    Unpin {
        /// The channel.
        channel: ConversationId,
        /// The message.
        message: MessageId,
    },
}

/// Another text for a message.
#[derive(Debug, Clone, PartialEq)]
pub struct EditMessage {
    /// The organization.
    pub organization: OrganizationId,
    /// The channel.
    pub channel: ConversationId,
    /// The message.
    pub message: MessageId,
    /// Its text.
    pub content: String,
    /// Its text as clean HTML.
    pub content_html: String,
    /// Who is meant by it now, in place of who was.
    pub mentions: Vec<Mention>,
    /// Who edits it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// A reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct React {
    /// The organization.
    pub organization: OrganizationId,
    /// The channel.
    pub channel: ConversationId,
    /// The message.
    pub message: MessageId,
    /// With what.
    pub emoji: Emoji,
    /// Who.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}
