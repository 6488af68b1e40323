//! What people say of whether they want to be seen, and what others see then.

use crate::{
    OrganizationId, Timestamp, UserId,
    emoji::Emoji,
    ports::presence::{ConnectionStatus, Presence},
    text::Text,
};

/// A few words on what one is doing: up to 100 characters.
pub type StatusText = Text<1, 100>;

/// What a user has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserStatus {
    /// Who.
    pub user_id: UserId,
    /// Their organization.
    pub organization_id: OrganizationId,
    /// How they want to be seen.
    pub mode: StatusMode,
    /// What they are doing.
    pub text: Option<StatusText>,
    /// The same in one picture.
    pub emoji: Option<Emoji>,
    /// Until when mode, text and emoji hold.
    pub expires_at: Option<Timestamp>,
    /// Whether their AI may answer for them.
    pub ai_replies: bool,
    /// Since when the mode is this one.
    pub since: Timestamp,
    /// Raised by every change; 0 of somebody who has never set any.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How somebody wants to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StatusMode {
    /// As they are.
    #[default]
    Auto,
    /// Away while connected.
    Away,
    /// As they are, and not to be disturbed.
    DoNotDisturb,
    /// Not at all: offline to others.
    Invisible,
}

impl StatusMode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Away, Self::DoNotDisturb, Self::Invisible];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Away => "away",
            Self::DoNotDisturb => "do_not_disturb",
            Self::Invisible => "invisible",
        }
    }
}

impl UserStatus {
    /// Of somebody who has never set any.
    pub fn unset(organization: OrganizationId, user: UserId) -> Self {
        Self {
            user_id: user,
            organization_id: organization,
            mode: StatusMode::Auto,
            text: None,
            emoji: None,
            expires_at: None,
            ai_replies: true,
            since: Timestamp::EPOCH,
            version: 0,
            updated_at: Timestamp::EPOCH,
        }
    }

    /// What is left of it at that time.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.expires_at {
            Some(ended) if ended <= now => {
                Self { mode: StatusMode::Auto, text: None, emoji: None, expires_at: None, since: ended, ..self }
            }
            Some(_) | None => self,
        }
    }

    /// What is shown of it to others: that somebody is invisible is not, nor what they say meanwhile.
    #[must_use]
    pub fn shown_to_others(self) -> Self {
        if self.mode != StatusMode::Invisible {
            return self;
        }
        Self { mode: StatusMode::Auto, text: None, emoji: None, expires_at: None, ..self }
    }
}

/// What is seen of somebody: connections and what they have set together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPresence {
    /// Who.
    pub user_id: UserId,
    /// Whether they are there, as others see it.
    pub status: ConnectionStatus,
    /// What they have set, as far as the viewer may know.
    pub set: UserStatus,
    /// When they were last there.
    pub last_seen_at: Option<Timestamp>,
}

/// Who looks at somebody's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceViewer {
    /// They themselves.
    Themselves,
    /// Somebody else.
    Others,
}

impl SeenPresence {
    /// Puts it together. Others see of the invisible that they left when they became so.
    pub fn of(presence: Presence, set: UserStatus, now: Timestamp, viewer: PresenceViewer) -> Self {
        let set = set.at(now);
        let status = match (set.mode, presence.status) {
            (StatusMode::Invisible, _) => ConnectionStatus::Offline,
            (StatusMode::Away, ConnectionStatus::Online) => ConnectionStatus::Away,
            (StatusMode::Auto | StatusMode::Away | StatusMode::DoNotDisturb, status) => status,
        };
        let (set, last_seen_at) = match viewer {
            PresenceViewer::Themselves => (set, presence.last_seen_at),
            PresenceViewer::Others if set.mode == StatusMode::Invisible => {
                let left = presence.last_seen_at.map(|seen| seen.min(set.since));
                (set.shown_to_others(), left)
            }
            PresenceViewer::Others => (set, presence.last_seen_at),
        };
        Self { user_id: set.user_id, status, set, last_seen_at }
    }

    /// Whether others take them for somebody who would not read a message now.
    pub fn is_gone(&self) -> bool {
        self.status != ConnectionStatus::Online
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    const NOON: Timestamp = Timestamp::EPOCH;

    fn set(mode: StatusMode) -> UserStatus {
        let (user, organization) = (UserId::new(Uuid::from_u128(1)), OrganizationId::new(Uuid::from_u128(2)));
        let text = StatusText::parse("at lunch").ok();
        let emoji = Emoji::parse("🍜").ok();
        UserStatus { mode, text, emoji, since: NOON, ..UserStatus::unset(organization, user) }
    }

    fn seen(mode: StatusMode, status: ConnectionStatus, viewer: PresenceViewer) -> SeenPresence {
        let later = NOON.plus(Duration::from_secs(60));
        SeenPresence::of(Presence { status, last_seen_at: Some(later) }, set(mode), later, viewer)
    }

    #[test]
    fn what_is_set_changes_what_is_seen() {
        use ConnectionStatus::{Away, Offline, Online};
        use StatusMode::{Auto, DoNotDisturb, Invisible};
        for (mode, there, expected) in [
            (Auto, Online, Online),
            (Auto, Away, Away),
            (Auto, Offline, Offline),
            (StatusMode::Away, Online, Away),
            (StatusMode::Away, Away, Away),
            (StatusMode::Away, Offline, Offline),
            (DoNotDisturb, Online, Online),
            (DoNotDisturb, Away, Away),
            (Invisible, Online, Offline),
            (Invisible, Away, Offline),
            (Invisible, Offline, Offline),
        ] {
            assert_eq!(seen(mode, there, PresenceViewer::Others).status, expected, "{mode:?} {there:?}");
        }
    }

    #[test]
    fn the_invisible_look_like_somebody_who_left() {
        let seen_by_others = seen(StatusMode::Invisible, ConnectionStatus::Online, PresenceViewer::Others);
        assert_eq!(seen_by_others.last_seen_at, Some(NOON));
        assert_eq!(seen_by_others.set.mode, StatusMode::Auto);
        assert_eq!((seen_by_others.set.text, seen_by_others.set.emoji), (None, None));
        let seen_by_themselves = seen(StatusMode::Invisible, ConnectionStatus::Online, PresenceViewer::Themselves);
        assert_eq!(seen_by_themselves.set, set(StatusMode::Invisible));
    }

    #[test]
    fn what_is_set_ends() {
        let ends = NOON.plus(Duration::from_secs(30));
        let lunch = UserStatus { expires_at: Some(ends), ai_replies: false, ..set(StatusMode::Away) };
        assert_eq!(lunch.clone().at(NOON), lunch);
        let after = lunch.at(ends);
        assert_eq!((after.mode, after.text, after.emoji), (StatusMode::Auto, None, None));
        assert_eq!((after.expires_at, after.since), (None, ends));
        assert!(!after.ai_replies, "that is a setting, not a status");
    }
}
