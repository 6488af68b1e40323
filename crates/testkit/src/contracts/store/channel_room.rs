//! A channel in which something is said.

use stead_domain::{
    MessageId, UserId,
    channel::{Channel, ChannelKind, Mention},
    emoji::Emoji,
    message::Message,
    page::{Page, Position},
    ports::store::{
        Change, ChannelChange, ChannelMessage, ChannelMessageChange, ChannelMessageFilter, EditMessage, React, Speaker,
        Store,
    },
    user::User,
};

use super::{
    expectations::apply_one,
    scenes::{insert_message, page},
};
use crate::builders::{self, Seed};

/// A channel of the seed's owner, its admin, and another member.
pub(super) struct Room {
    pub(super) seed: Seed,
    pub(super) channel: Channel,
    pub(super) member: User,
}

impl Room {
    pub(super) async fn of_kind(store: &dyn Store, kind: ChannelKind) -> Self {
        let seed = Seed::commit(store).await;
        let member = seed.another_user(store).await;
        let channel = builders::channel(&seed.owner, kind);
        let room = Self { seed, channel, member };
        room.make(store).await;
        room
    }

    pub(super) async fn new(store: &dyn Store) -> Self {
        Self::of_kind(store, ChannelKind::Private).await
    }

    pub(super) async fn another(&self, store: &dyn Store) -> Self {
        let channel = builders::channel(&self.seed.owner, ChannelKind::Public);
        let room = Self { seed: self.seed.clone(), channel, member: self.member.clone() };
        room.make(store).await;
        room
    }

    async fn make(&self, store: &dyn Store) {
        let members = vec![
            builders::channel_admin(&self.channel, self.seed.owner.id),
            builders::membership(&self.channel, self.member.id),
        ];
        let key = builders::name_key(&self.channel);
        apply_one(store, Change::Channel(ChannelChange::Insert(self.channel.clone(), key, members))).await;
    }

    pub(super) fn message(&self, content: &str) -> Message {
        builders::channel_message(&self.channel, self.seed.owner.id, content)
    }

    pub(super) async fn say(&self, store: &dyn Store, content: &str) -> Message {
        let message = self.message(content);
        insert_message(store, &message).await;
        message
    }

    pub(super) async fn reply(&self, store: &dyn Store, to: &Message) -> Message {
        let message = Message { reply_to_id: Some(to.id), ..self.message("Yes") };
        insert_message(store, &message).await;
        message
    }

    pub(super) async fn now(&self, store: &dyn Store, message: MessageId) -> ChannelMessage {
        let found = store.find_channel_message(self.seed.organization.id, message, self.seed.owner.id).await;
        found.unwrap().expect("a message that is there")
    }

    pub(super) fn filter(&self, replies_to: Option<MessageId>, page: Page) -> ChannelMessageFilter {
        ChannelMessageFilter {
            organization: self.seed.organization.id,
            channel: self.channel.id,
            replies_to,
            reader: self.seed.owner.id,
            page,
        }
    }

    pub(super) async fn listed(&self, store: &dyn Store) -> Vec<ChannelMessage> {
        store.list_channel_messages(self.filter(None, page(Position::Newest, 100))).await.unwrap().items
    }

    pub(super) fn edit(&self, message: &Message, content: &str, mentions: Vec<Mention>) -> EditMessage {
        EditMessage {
            organization: self.seed.organization.id,
            channel: self.channel.id,
            message: message.id,
            content: content.to_owned(),
            content_html: format!("<p>{content}</p>"),
            mentions,
            by: self.seed.owner.id,
            at: builders::at(),
        }
    }

    pub(super) fn react(&self, message: &Message, emoji: &str, user: UserId) -> Change {
        change(ChannelMessageChange::React(React {
            organization: self.seed.organization.id,
            channel: self.channel.id,
            message: message.id,
            emoji: Emoji::parse(emoji).unwrap(),
            user,
            at: builders::at(),
        }))
    }

    pub(super) fn pin(&self, message: &Message) -> Change {
        change(ChannelMessageChange::Pin {
            organization: self.seed.organization.id,
            channel: self.channel.id,
            message: message.id,
            by: self.member.id,
            at: builders::at(),
        })
    }

    pub(super) fn delete(&self, message: &Message) -> Change {
        let at = builders::at();
        change(ChannelMessageChange::Delete { channel: self.channel.id, message: message.id, at })
    }

    pub(super) async fn pinned(&self, store: &dyn Store) -> Vec<MessageId> {
        let pins = store.list_pins(self.seed.organization.id, self.channel.id, self.seed.owner.id).await.unwrap();
        pins.into_iter().map(|pin| pin.message.message.id).collect()
    }
}

pub(super) fn change(change: ChannelMessageChange) -> Change {
    Change::ChannelMessage(change)
}

pub(super) fn speaker(user: &User) -> Speaker {
    Speaker::User {
        id: user.id,
        handle: Some(user.handle.clone()),
        display_name: Some(user.display_name.clone()),
        avatar: user.avatar,
    }
}

pub(super) fn mention(room: &Room, message: &Message, mentions: Vec<Mention>) -> Change {
    let (organization, channel) = (room.seed.organization.id, room.channel.id);
    change(ChannelMessageChange::Mention { organization, channel, message: message.id, mentions })
}
