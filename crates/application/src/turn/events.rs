use std::str::FromStr;

use stead_domain::{
    Invalid, MessageId, ToolCallId,
    ports::store::ThreadMessage,
    run::{Run, Usage},
    tool_call::ToolCall,
};

use crate::citations::Cited;

/// What a follower of a run is told.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// It waits for the one before it.
    Queued(Run),
    /// It is under way.
    Started(Run),
    /// A new attempt began: what was told of the answer so far is void.
    Restarted {
        /// The attempt.
        attempt: i32,
    },
    /// The message that is answered.
    MessageCreated(ThreadMessage),
    /// The answer so far, in place of what was told of it.
    Snapshot {
        /// The answer.
        message_id: MessageId,
        /// Its text so far.
        content: String,
    },
    /// More of the answer.
    ContentDelta {
        /// The answer.
        message_id: MessageId,
        /// The text.
        delta: String,
    },
    /// More of the model's thinking.
    ReasoningDelta {
        /// The answer.
        message_id: MessageId,
        /// The text.
        delta: String,
    },
    /// More of what the model wants to call a tool with.
    ToolCallDelta {
        /// The answer.
        message_id: MessageId,
        /// The call that this will become.
        tool_call_id: ToolCallId,
        /// The text.
        delta: String,
    },
    /// A tool call waits for its person.
    ApprovalRequested(ToolCall),
    /// A tool call began.
    ToolCallStarted(ToolCall),
    /// A tool call ended.
    ToolCallCompleted(ToolCall),
    /// What the run used.
    Usage(Usage),
    /// The answer, whole or as far as it came when it was cancelled.
    MessageCompleted(ThreadMessage),
    /// The end: answered.
    Completed(Run),
    /// The end: failed.
    Failed(Run),
    /// The end: stopped by its person.
    Cancelled(Run),
}

impl RunEvent {
    /// Whether nothing follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::Failed(_) | Self::Cancelled(_))
    }
}

/// A place in a run's stream, after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamPosition {
    /// The attempt.
    pub attempt: i32,
    /// How many events other than deltas came so far.
    pub n: u32,
    /// How many Unicode scalar values of the answer came so far.
    pub chars: usize,
}

impl std::fmt::Display for StreamPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.attempt, self.n, self.chars)
    }
}

impl FromStr for StreamPosition {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut parts = text.split('.').map(number);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(attempt)), Some(Some(n)), Some(Some(chars)), None) => {
                Ok(Self { attempt: i32::try_from(attempt).unwrap_or(i32::MAX), n, chars: chars as usize })
            }
            _ => Err(Invalid::new("must be the id of an event of this run")),
        }
    }
}

/// One to nine digits and nothing else: a sign is no part of a place.
fn number(text: &str) -> Option<u32> {
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// What a follower gets.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// An event, and the place after it.
    Event(StreamPosition, Box<Cited<RunEvent>>),
    /// The server stops: come back and continue.
    Closing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is() {
        let place = StreamPosition { attempt: 2, n: 3, chars: 120 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for wrong in ["", "1", "1.2", "1.2.3.4", "-1.0.0", "1.+2.3", "1.2.x", "1..2", "1.2. 3", "1.2.1234567890"] {
            assert!(wrong.parse::<StreamPosition>().is_err(), "{wrong}");
        }
    }
}
