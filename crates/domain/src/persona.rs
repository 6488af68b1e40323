//! How a person's own agent answers in their stead.

use std::time::Duration;

use crate::{ConversationId, Invalid, OrganizationId, Timestamp, UserId, text::Text};

/// How one wants to be stood in for, in one's own words: up to 4,000 characters.
pub type PersonaInstructions = Text<0, 4_000>;

/// How many channels can be left out.
pub const MOST_LEFT_OUT: usize = 200;

/// How a person wants to be stood in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// Whose.
    pub user_id: UserId,
    /// Their organization.
    pub organization_id: OrganizationId,
    /// Whether they want it at all.
    pub enabled: bool,
    /// How, in their own words.
    pub instructions: PersonaInstructions,
    /// How much of what was said last is read for an answer.
    pub history: PersonaHistory,
    /// How long after an answer to somebody in a conversation no other is given there.
    pub cooldown: Cooldown,
    /// The same in a channel, for mentions.
    pub mention_cooldown: Cooldown,
    /// How many answers are given on one day, in UTC.
    pub answers_a_day: AnswersADay,
    /// Conversations that are never used: nothing from them is read for an answer, and none is given there.
    pub left_out: Vec<ConversationId>,
    /// Raised by every change; 0 of somebody who has never set any.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Persona {
    /// Of somebody who has never set any.
    ///
    /// # Errors
    /// None: the defaults are within their bounds.
    pub fn unset(organization: OrganizationId, user: UserId) -> Result<Self, Invalid> {
        Ok(Self {
            user_id: user,
            organization_id: organization,
            enabled: true,
            instructions: PersonaInstructions::parse("")?,
            history: PersonaHistory::parse(30, 14)?,
            cooldown: Cooldown::parse(0)?,
            mention_cooldown: Cooldown::parse(60)?,
            answers_a_day: AnswersADay::parse(200)?,
            left_out: Vec::new(),
            version: 0,
            updated_at: Timestamp::EPOCH,
        })
    }

    /// Whether something in this conversation may be read, or said.
    pub fn may_use(&self, conversation: ConversationId) -> bool {
        !self.left_out.contains(&conversation)
    }
}

/// How much of what was said last is read for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonaHistory {
    messages: u8,
    days: u8,
}

impl PersonaHistory {
    /// Accepts 1 to 100 messages from the last 1 to 90 days.
    ///
    /// # Errors
    /// One of them is outside.
    pub fn parse(messages: i64, days: i64) -> Result<Self, Invalid> {
        match (u8::try_from(messages), u8::try_from(days)) {
            (Ok(messages @ 1..=100), Ok(days @ 1..=90)) => Ok(Self { messages, days }),
            _ => Err(Invalid::new("must be from 1 to 100 messages and from 1 to 90 days")),
        }
    }

    /// At most so many messages.
    pub fn messages(self) -> usize {
        usize::from(self.messages)
    }

    /// In days.
    pub fn days(self) -> u8 {
        self.days
    }

    /// None that are older.
    pub fn within(self) -> Duration {
        Duration::from_secs(u64::from(self.days) * 24 * 60 * 60)
    }
}

/// A time to keep quiet: none, or up to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cooldown(u32);

impl Cooldown {
    /// Accepts 0 to 86,400 seconds.
    ///
    /// # Errors
    /// It is outside.
    pub fn parse(seconds: i64) -> Result<Self, Invalid> {
        match u32::try_from(seconds) {
            Ok(seconds @ 0..=86_400) => Ok(Self(seconds)),
            _ => Err(Invalid::new("must be from 0 to 86400")),
        }
    }

    /// In seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// The same as a time.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

/// How many answers are given on one day: 0 to 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswersADay(u16);

impl AnswersADay {
    /// Accepts 0 to 1,000.
    ///
    /// # Errors
    /// It is outside.
    pub fn parse(answers: i64) -> Result<Self, Invalid> {
        match u16::try_from(answers) {
            Ok(answers @ 0..=1_000) => Ok(Self(answers)),
            _ => Err(Invalid::new("must be from 0 to 1000")),
        }
    }

    /// The number.
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }
}
