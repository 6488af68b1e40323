use stead_domain::{
    ConversationId, UserId,
    agent::Agent,
    message::{Author, Message, MessageStatus},
    page::{Page, PageLimit, Slice},
    ports::store::{Branches, ChannelMessage, MessageFilter, Speaker, ThreadMessage},
    scope::Scope,
    user::User,
};

use super::place::Place;
use crate::{Application, Caller, Error, threads::MessagesAt};

/// A message of an inbox conversation, and who sent it.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxMessage {
    /// The message; a tombstone where it is deleted.
    pub message: Message,
    /// Whoever wrote it, as they are now; none where nothing is known of them any more.
    pub sender: Option<Speaker>,
    /// The person who sent it, for whom an agent stood in, or whose agent it is.
    pub sender_user: Option<UserId>,
}

impl InboxMessage {
    /// A message of a direct channel.
    pub(super) fn of_channel(said: ChannelMessage) -> Self {
        let sender_user = match said.message.author {
            Author::User(user) => Some(user),
            Author::Agent { on_behalf_of, .. } => on_behalf_of,
            Author::System => None,
        };
        Self { message: said.message, sender: said.author, sender_user }
    }

    /// A message of a thread.
    pub(super) fn of_thread(message: Message, person: Option<&User>, agent: &Agent) -> Self {
        let (sender, sender_user) = match message.author {
            Author::User(user) => (person.filter(|person| person.id == user).map(speaker), Some(user)),
            Author::Agent { agent: id, .. } => ((id == agent.id).then(|| speaking(agent)), agent.owner()),
            Author::System => (None, None),
        };
        Self { message, sender, sender_user }
    }
}

impl Application {
    /// A page of the messages of a conversation of the caller's inbox. With `mark_read` they have read it up to the last of
    /// the page that is whole, unless what they came with may not write.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn inbox_messages(
        &self,
        caller: &Caller,
        id: ConversationId,
        (at, limit): (MessagesAt, PageLimit),
        mark_read: bool,
    ) -> Result<Slice<InboxMessage>, Error> {
        let place = self.in_inbox(caller, id).await?;
        let (slice, scope) = match place {
            Place::Profile => {
                let Slice { items, has_older, has_newer } = self.channel_messages(caller, id, at, limit).await?;
                let items = items.into_iter().map(InboxMessage::of_channel).collect();
                (Slice { items, has_older, has_newer }, Scope::ChannelsWrite)
            }
            Place::Agent(agent) => {
                (self.said_in_thread(caller, id, (at, limit), (caller.user, &agent)).await?, Scope::ThreadsWrite)
            }
        };
        if mark_read && caller.scopes.hold(scope) {
            let whole = slice.items.iter().take_while(|said| is_whole(&said.message));
            if let Some(last) = whole.last() {
                self.note_read(caller, id, last.message.id).await?;
            }
        }
        Ok(slice)
    }

    /// A page of the active branch of a thread of this person with this agent.
    pub(super) async fn said_in_thread(
        &self,
        caller: &Caller,
        id: ConversationId,
        (at, limit): (MessagesAt, PageLimit),
        (person, agent): (UserId, &Agent),
    ) -> Result<Slice<InboxMessage>, Error> {
        let page = Page { position: at.position(), limit };
        let organization = caller.organization;
        let filter = MessageFilter { organization, conversation: id, branches: Branches::Active, page };
        let Slice { items, has_older, has_newer } = self.store.list_messages(filter).await?;
        let person = self.store.find_user(organization, person).await?;
        let said = |said: ThreadMessage| InboxMessage::of_thread(said.message, person.as_ref(), agent);
        Ok(Slice { items: items.into_iter().map(said).collect(), has_older, has_newer })
    }
}

/// Whether nothing is added to a message any more.
fn is_whole(message: &Message) -> bool {
    match message.status {
        MessageStatus::Queued | MessageStatus::Streaming => false,
        MessageStatus::Complete | MessageStatus::Cancelled | MessageStatus::Failed => true,
    }
}

fn speaker(user: &User) -> Speaker {
    Speaker::User {
        id: user.id,
        handle: Some(user.handle.clone()),
        display_name: Some(user.display_name.clone()),
        avatar: user.avatar,
    }
}

fn speaking(agent: &Agent) -> Speaker {
    Speaker::Agent {
        id: agent.id,
        handle: agent.handle.clone(),
        display_name: agent.display_name.clone(),
        avatar_url: agent.avatar_url.clone(),
    }
}
