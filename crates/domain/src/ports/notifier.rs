//! The port through which nodes tell each other what is true for a moment only: who types, who came or went, an answer
//! as it grows. What must not be missed is an [event](crate::event) of a commit instead.

use futures_util::stream::BoxStream;

use crate::{AgentId, ConversationId, MessageId, OrganizationId, RunId, Timestamp, UserId};

/// Tells every node.
///
/// # Contract
/// - A notice is given to every [`notices`](Self::notices) of every node that was asked for before, this node's own
///   included, at most once each: on this node at once, elsewhere usually within 50 ms.
/// - Those of one node keep their order.
/// - Any may be lost: where a reader is slow, where a connection is down, where there are too many. Nobody waits for
///   anybody, and nothing grows without bound.
pub trait Notifier: Send + Sync + 'static {
    /// Tells it. Never waits and never fails; what cannot be told is lost.
    fn publish(&self, notice: Notice);

    /// What is told from now on; ends with the notifier.
    fn notices(&self) -> Notices;
}

/// What is told, as it comes.
pub type Notices = BoxStream<'static, Notice>;

/// A fleeting event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The organization it happens in.
    pub organization_id: OrganizationId,
    /// What happens.
    pub what: Fleeting,
    /// When.
    pub at: Timestamp,
}

/// What happens, and with it whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fleeting {
    /// Somebody is typing: for the members of the conversation.
    Typing {
        /// Where.
        conversation_id: ConversationId,
        /// Who.
        typist: Typist,
    },
    /// Somebody's presence or status is another one: for everyone in the organization, who get it as it is when it is
    /// delivered.
    PresenceChanged {
        /// Whose.
        user_id: UserId,
    },
    /// An agent has begun an answer: for the members of the conversation.
    AiTyping {
        /// Where.
        conversation_id: ConversationId,
        /// The agent.
        agent_id: AgentId,
        /// The person it stands in for.
        on_behalf_of: Option<UserId>,
        /// The run that answers.
        run_id: RunId,
    },
    /// More of an answer: for the members of the conversation.
    Delta {
        /// Where.
        conversation_id: ConversationId,
        /// Of a thread, whose it is: for them alone.
        person: Option<UserId>,
        /// The run that answers.
        run_id: RunId,
        /// The answer.
        message_id: MessageId,
        /// How many characters of it come before.
        from: usize,
        /// Its next text.
        text: DeltaText,
    },
}

/// Who types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Typist {
    /// A person.
    User(UserId),
    /// An agent.
    Agent(AgentId),
}

/// A piece of a text that is small enough to be told: 1 to [`MAX_BYTES`](Self::MAX_BYTES) bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaText(String);

impl DeltaText {
    /// The most bytes of one.
    pub const MAX_BYTES: usize = 4_000;

    /// A text in pieces, in their order.
    pub fn pieces(text: &str) -> impl Iterator<Item = Self> {
        let mut rest = text;
        std::iter::from_fn(move || {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(Self::MAX_BYTES));
            rest = after;
            (!piece.is_empty()).then(|| Self(piece.to_owned()))
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many characters it has.
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pieces_end_between_characters() {
        let text = "é".repeat(DeltaText::MAX_BYTES);
        let pieces: Vec<_> = DeltaText::pieces(&format!("x{text}")).collect();
        assert!(pieces.iter().all(|piece| piece.as_str().len() <= DeltaText::MAX_BYTES));
        assert_eq!(pieces.len(), 3);
    }

    proptest! {
        #[test]
        fn pieces_make_the_text_again(text in "\\PC{0,9000}") {
            let pieces: Vec<_> = DeltaText::pieces(&text).collect();
            prop_assert!(pieces.iter().all(|piece| (1..=DeltaText::MAX_BYTES).contains(&piece.as_str().len())));
            prop_assert_eq!(pieces.iter().map(DeltaText::as_str).collect::<String>(), text);
        }
    }
}
