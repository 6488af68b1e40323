//! What the model was given, taken apart.

use std::collections::HashSet;

use stead_domain::ports::llm::LlmMessage;

use super::{answer::OFFLINE, words::sentences};

/// A sentence and who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) text: String,
    pub(super) said_by: Speaker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    /// Instructions, and what was looked up for the question.
    Given,
    Person,
    Model,
    Tool,
}

impl Speaker {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Given => "what I was given",
            Self::Person => "you, earlier",
            Self::Model => "my earlier answer",
            Self::Tool => "a tool",
        }
    }
}

/// The question: what the person said last.
pub(super) fn question(messages: &[LlmMessage]) -> &str {
    said_by_person(messages).last().unwrap_or_default()
}

/// What the person said, in order.
pub(super) fn said_by_person(messages: &[LlmMessage]) -> impl DoubleEndedIterator<Item = &str> {
    messages.iter().filter_map(|message| match message {
        LlmMessage::User(content) | LlmMessage::UserWithPictures { content, .. } => Some(content.as_str()),
        LlmMessage::System(_) | LlmMessage::Assistant { .. } | LlmMessage::Tool { .. } => None,
    })
}

/// Without what Stead itself says, which comes first: what the model is, and how it is to work.
fn after_the_first_paragraph(text: &str) -> &str {
    text.split_once("\n\n").map_or("", |(_, rest)| rest)
}

/// Every sentence but those of the question and of answers that only quote, in order and once each.
pub(super) fn passages(messages: &[LlmMessage]) -> Vec<Passage> {
    let last_of_person = messages.iter().rposition(|message| matches!(message, LlmMessage::User(_)));
    let (mut passages, mut known) = (Vec::new(), HashSet::new());
    for (place, message) in messages.iter().enumerate() {
        let (text, said_by) = match message {
            LlmMessage::User(_) if Some(place) == last_of_person => continue,
            LlmMessage::Assistant { content, .. } if content.starts_with(OFFLINE) => continue,
            LlmMessage::System(text) => (after_the_first_paragraph(text), Speaker::Given),
            LlmMessage::User(text) | LlmMessage::UserWithPictures { content: text, .. } => {
                (text.as_str(), Speaker::Person)
            }
            LlmMessage::Assistant { content, .. } => (content.as_str(), Speaker::Model),
            LlmMessage::Tool { content, .. } => (content.as_str(), Speaker::Tool),
        };
        for text in sentences(text) {
            if known.insert(text.clone()) {
                passages.push(Passage { text, said_by });
            }
        }
    }
    passages
}
