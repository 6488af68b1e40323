//! What is kept beside a message of a channel: what it said before, who reacted to it, that it is pinned.

use serde::Serialize;
use stead_application::citations::{CitationsOf, Cited};
use stead_domain::{
    page::Slice,
    ports::store::{MessageEdit, Pin, Reactor},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AuthorBody, ChannelMessageBody, Time};
use crate::paging::neighbours;

/// What a message said before an edit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageEdit)]
pub struct MessageEditBody {
    /// The version that said it.
    #[schema(minimum = 1)]
    pub version: i64,
    /// What it said.
    pub content: String,
    /// Who replaced that.
    pub edited_by: Uuid,
    /// When.
    pub edited_at: Time,
}

/// What a message said before, oldest to newest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageEditList)]
pub struct MessageEditsBody {
    /// The texts.
    pub edits: Vec<MessageEditBody>,
    /// There are older ones: pass it as `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false, minimum = 1)]
    pub next_before: Option<i64>,
}

/// Somebody who reacted to a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reactor)]
pub struct ReactorBody {
    /// Who.
    pub user: AuthorBody,
    /// With what, first to last.
    #[schema(min_items = 1)]
    pub emoji: Vec<String>,
}

/// A page of those who reacted to a message, by their ids.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReactorList)]
pub struct ReactorsBody {
    /// Those who did.
    pub reactions: Vec<ReactorBody>,
    /// There are others before them: pass it as `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub next_before: Option<Uuid>,
    /// There are others after them: pass it as `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub next_after: Option<Uuid>,
}

/// A pinned message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pin)]
pub struct PinBody {
    /// The message.
    pub message: ChannelMessageBody,
    /// Who pinned it.
    pub pinned_by: Uuid,
    /// When.
    pub pinned_at: Time,
}

/// What is pinned in a channel, in the order in which it was pinned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PinList)]
pub struct PinsBody {
    /// All of it.
    #[schema(max_items = 100)]
    pub pins: Vec<PinBody>,
}

impl From<MessageEdit> for MessageEditBody {
    fn from(MessageEdit { version, content, edited_by, edited_at }: MessageEdit) -> Self {
        Self { version, content, edited_by: edited_by.uuid(), edited_at: Time(edited_at) }
    }
}

impl MessageEditsBody {
    /// Some of them, and whether there are older ones.
    pub fn new(edits: Vec<MessageEdit>, has_older: bool) -> Self {
        let next_before = edits.first().filter(|_| has_older).map(|edit| edit.version);
        Self { edits: edits.into_iter().map(MessageEditBody::from).collect(), next_before }
    }

    /// An example for the document.
    pub fn sample() -> Self {
        let edit = MessageEditBody {
            version: 1,
            content: "Lunch, @bbo?".to_owned(),
            edited_by: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            edited_at: Time::sample(95),
        };
        Self { edits: vec![edit], next_before: None }
    }
}

impl From<Slice<Reactor>> for ReactorsBody {
    fn from(slice: Slice<Reactor>) -> Self {
        let (next_before, next_after) = neighbours(&slice, |reactor| reactor.user_id.uuid());
        let reactor = |Reactor { user, user_id: _, emoji }: Reactor| ReactorBody {
            user: user.into(),
            emoji: emoji.iter().map(|emoji| emoji.as_str().to_owned()).collect(),
        };
        Self { reactions: slice.items.into_iter().map(reactor).collect(), next_before, next_after }
    }
}

impl ReactorsBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let reactor = ReactorBody { user: AuthorBody::sample(), emoji: vec!["👍".to_owned()] };
        Self { reactions: vec![reactor], next_before: None, next_after: None }
    }
}

impl From<Cited<Pin>> for PinBody {
    fn from(Cited { shown, mut citations }: Cited<Pin>) -> Self {
        Self::of(shown, &mut citations)
    }
}

impl PinBody {
    fn of(Pin { message, pinned_by, pinned_at }: Pin, citations: &mut CitationsOf) -> Self {
        let message = ChannelMessageBody::of(message, citations);
        Self { message, pinned_by: pinned_by.uuid(), pinned_at: Time(pinned_at) }
    }
}

impl PinBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            message: ChannelMessageBody::sample(),
            pinned_by: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            pinned_at: Time::sample(120),
        }
    }
}

impl From<Cited<Vec<Pin>>> for PinsBody {
    fn from(Cited { shown: pins, mut citations }: Cited<Vec<Pin>>) -> Self {
        Self { pins: pins.into_iter().map(|pin| PinBody::of(pin, &mut citations)).collect() }
    }
}

impl PinsBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self { pins: vec![PinBody::sample()] }
    }
}
