use serde::Serialize;
use serde_json::{Value, json};
use stead_application::citations::{CitationsOf, Cited};
use stead_domain::{
    channel::Mention,
    message::{Message, MessageRole},
    ports::store::{ChannelMessage, Reactions},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AttachmentBody, AuthorBody, CitationBody, MessageRoleBody, MessageStatusBody, Time, citation::MadeFrom,
    page::page_body,
};

/// A message of a channel. One that is deleted keeps its place: its text is empty, and nothing hangs on it but replies.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelMessage)]
pub struct ChannelMessageBody {
    /// Its id, which is also its place: ids sort by time.
    pub id: Uuid,
    /// Its channel.
    pub channel_id: Uuid,
    /// Who said it.
    pub author: AuthorBody,
    /// The person in whose stead the agent said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AuthorBody, required = false)]
    pub on_behalf_of: Option<AuthorBody>,
    /// Whether a model wrote it.
    pub from_ai: bool,
    /// The text, Markdown.
    pub content: String,
    /// The text as clean HTML.
    pub content_html: String,
    /// What it is to a model.
    pub role: MessageRoleBody,
    /// The message that it replies to.
    #[schema(required = true)]
    pub parent_id: Option<Uuid>,
    /// How many messages reply to it.
    #[schema(minimum = 0)]
    pub reply_count: i64,
    /// How people reacted to it; with what was used first, first.
    pub reactions: Vec<ReactionBody>,
    /// Who is meant by it, in the order of the text.
    pub mentions: Vec<MentionBody>,
    /// The files that came with it.
    pub attachments: Vec<AttachmentBody>,
    /// What the client keeps with it.
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// When it was sent.
    pub created_at: Time,
    /// When its text was last edited.
    #[schema(required = true)]
    pub edited_at: Option<Time>,
    /// When it was deleted.
    #[schema(required = true)]
    pub deleted_at: Option<Time>,
    /// The sender's own id for it.
    #[schema(required = true)]
    pub client_id: Option<Uuid>,
    /// Of an answer: what it was made from, as far as the reader may read that; in events, as far as everybody in the channel
    /// may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CitationBody>, required = false)]
    pub citations: Option<Vec<CitationBody>>,
    /// Of an answer: something it points at was changed or deleted since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub stale: Option<bool>,
    /// Of an answer: where that was looked up only words counted, not what is meant. There may be more that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub degraded: Option<bool>,
    /// How far it is.
    pub status: MessageStatusBody,
    /// Raised by every change of its text: of two states of a message the one with the higher version is the newer.
    #[schema(minimum = 1)]
    pub version: i64,
}

/// How people reacted with one emoji.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Reaction)]
pub struct ReactionBody {
    /// The emoji, without variation selectors.
    pub emoji: String,
    /// How many people.
    #[schema(minimum = 1)]
    pub count: i64,
    /// Whether the caller is one of them. Not in events, which are the same for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub me: Option<bool>,
    /// The first of them.
    #[schema(max_items = 20)]
    pub user_ids: Vec<Uuid>,
}

/// Who is meant by a message.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Mention)]
pub struct MentionBody {
    /// A member, an agent of the channel, everybody (`@channel`), or everybody who is online (`@here`).
    pub kind: MentionKindBody,
    /// The user or agent; absent for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub id: Option<Uuid>,
}

/// What kind of mention it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MentionKind)]
pub enum MentionKindBody {
    User,
    Agent,
    Channel,
    Here,
}

impl From<ChannelMessage> for ChannelMessageBody {
    /// For whom it was read; of a message that no model wrote.
    fn from(said: ChannelMessage) -> Self {
        Self::of(said, &mut CitationsOf::new())
    }
}

impl From<Cited<ChannelMessage>> for ChannelMessageBody {
    fn from(Cited { shown, mut citations }: Cited<ChannelMessage>) -> Self {
        Self::of(shown, &mut citations)
    }
}

impl ChannelMessageBody {
    /// For whom it was read, with what it was made from, if a model wrote it.
    pub fn of(said: ChannelMessage, citations: &mut CitationsOf) -> Self {
        body(said, citations, ReactionBody::from)
    }

    /// For everybody who may see it.
    pub fn for_everyone(Cited { shown, mut citations }: Cited<ChannelMessage>) -> Self {
        body(shown, &mut citations, |reactions| ReactionBody { me: None, ..ReactionBody::from(reactions) })
    }
}

fn body(
    said: ChannelMessage,
    citations: &mut CitationsOf,
    reaction: impl Fn(Reactions) -> ReactionBody,
) -> ChannelMessageBody {
    let ChannelMessage { message, author, on_behalf_of, mentions, reactions, attachments, reply_count } = said;
    let MadeFrom { citations, stale, degraded } = MadeFrom::of(&message, citations);
    let author = AuthorBody::of(&message, author);
    let Message {
        id,
        organization_id: _,
        conversation_id,
        author: _,
        role,
        from_ai,
        content,
        content_html,
        metadata,
        reply_to_id,
        branch_parent_id: _,
        active: _,
        run_id: _,
        status,
        client_id,
        version,
        created_at,
        edited_at,
        deleted_at,
    } = message;
    ChannelMessageBody {
        id: id.uuid(),
        channel_id: conversation_id.uuid(),
        author,
        on_behalf_of: on_behalf_of.map(AuthorBody::from),
        from_ai,
        content,
        content_html,
        role: match role {
            MessageRole::User => MessageRoleBody::User,
            MessageRole::Assistant => MessageRoleBody::Assistant,
            MessageRole::System => MessageRoleBody::System,
        },
        parent_id: reply_to_id.map(Uuid::from),
        reply_count,
        reactions: reactions.into_iter().map(reaction).collect(),
        mentions: mentions.into_iter().map(MentionBody::from).collect(),
        attachments: attachments.into_iter().map(AttachmentBody::from).collect(),
        metadata: metadata.into_value(),
        created_at: Time(created_at),
        edited_at: edited_at.map(Time),
        deleted_at: deleted_at.map(Time),
        client_id,
        citations,
        stale,
        degraded,
        status: status.into(),
        version,
    }
}

impl From<Reactions> for ReactionBody {
    fn from(Reactions { emoji, count, me, users }: Reactions) -> Self {
        Self {
            emoji: emoji.as_str().to_owned(),
            count,
            me: Some(me),
            user_ids: users.into_iter().map(|user| user.uuid()).collect(),
        }
    }
}

impl From<Mention> for MentionBody {
    fn from(mention: Mention) -> Self {
        let (kind, id) = match mention {
            Mention::User(user) => (MentionKindBody::User, Some(user.uuid())),
            Mention::Agent(agent) => (MentionKindBody::Agent, Some(agent.uuid())),
            Mention::Channel => (MentionKindBody::Channel, None),
            Mention::Here => (MentionKindBody::Here, None),
        };
        Self { kind, id }
    }
}

impl ReactionBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            emoji: "👍".to_owned(),
            count: 1,
            me: Some(true),
            user_ids: AuthorBody::sample().id.into_iter().collect(),
        }
    }
}

impl ChannelMessageBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0016),
            channel_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0015),
            author: AuthorBody::sample(),
            on_behalf_of: None,
            from_ai: false,
            content: "Lunch, @bob?".to_owned(),
            content_html: "<p>Lunch, @bob?</p>\n".to_owned(),
            role: MessageRoleBody::User,
            parent_id: None,
            reply_count: 0,
            reactions: Vec::new(),
            mentions: vec![MentionBody {
                kind: MentionKindBody::User,
                id: Some(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0017)),
            }],
            attachments: Vec::new(),
            metadata: json!({}),
            created_at: Time::sample(90),
            edited_at: None,
            deleted_at: None,
            client_id: Some(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0018)),
            citations: None,
            stale: None,
            degraded: None,
            status: MessageStatusBody::Complete,
            version: 1,
        }
    }

    /// The same with a reaction.
    pub fn sample_seen() -> Self {
        Self { reactions: vec![ReactionBody::sample()], ..Self::sample() }
    }
}

page_body! {
    /// A page of a channel's messages, oldest to newest.
    pub struct ChannelMessagesBody as ChannelMessageList {
        /// The messages.
        messages: ChannelMessageBody,
    }
    from cited ChannelMessage, at |said| said.message.id.uuid(), such as vec![ChannelMessageBody::sample_seen()]
}
