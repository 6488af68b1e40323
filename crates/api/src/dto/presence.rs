use serde::{Deserialize, Serialize};
use stead_application::presence::PresenceView;
use stead_domain::{
    ports::presence::ConnectionStatus,
    status::{SeenPresence, StatusMode, UserStatus},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Time;

/// Whether somebody is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionStatus)]
pub struct ConnectionStatusBody {
    /// Who.
    pub user_id: Uuid,
    /// Whether they are there.
    pub status: PresenceBody,
    /// What they have set. Of the invisible others see `auto`.
    pub manual_status: StatusModeBody,
    /// What they say they are doing.
    #[schema(required = true)]
    pub status_text: Option<String>,
    /// When they were last active; null: never.
    #[schema(required = true)]
    pub last_seen_at: Option<Time>,
    /// Whether their AI would answer a message to them now.
    pub replies_with_ai: bool,
}

/// Whether somebody is there: connected and active, connected, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Presence)]
pub enum PresenceBody {
    Online,
    Away,
    Offline,
}

/// What somebody has set of how they want to be seen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserStatus)]
pub struct UserStatusBody {
    /// Who.
    pub user_id: Uuid,
    /// How they want to be seen. Of the invisible others see `auto`, and nothing of what they set for that time.
    pub status: StatusModeBody,
    /// What they are doing.
    #[schema(required = true)]
    pub text: Option<String>,
    /// The same in one emoji, without variation selectors.
    #[schema(required = true)]
    pub emoji: Option<String>,
    /// Until when the above holds; null: until it is changed.
    #[schema(required = true)]
    pub expires_at: Option<Time>,
    /// Whether their AI may answer for them while they are not there.
    pub ai_replies: bool,
}

/// How somebody wants to be seen: as they are, away, not to be disturbed, or offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StatusMode)]
pub enum StatusModeBody {
    Auto,
    Away,
    DoNotDisturb,
    Invisible,
}

impl From<PresenceView> for ConnectionStatusBody {
    fn from(PresenceView { seen, replies_with_ai }: PresenceView) -> Self {
        let SeenPresence { user_id, status, set, last_seen_at } = seen;
        Self {
            user_id: user_id.uuid(),
            status: status.into(),
            manual_status: set.mode.into(),
            status_text: set.text.map(|text| text.into_string()),
            last_seen_at: last_seen_at.map(Time),
            replies_with_ai,
        }
    }
}

impl From<UserStatus> for UserStatusBody {
    fn from(status: UserStatus) -> Self {
        let UserStatus {
            user_id,
            organization_id: _,
            mode,
            text,
            emoji,
            expires_at,
            ai_replies,
            since: _,
            version: _,
            updated_at: _,
        } = status;
        Self {
            user_id: user_id.uuid(),
            status: mode.into(),
            text: text.map(|text| text.into_string()),
            emoji: emoji.map(|emoji| emoji.as_str().to_owned()),
            expires_at: expires_at.map(Time),
            ai_replies,
        }
    }
}

impl From<ConnectionStatus> for PresenceBody {
    fn from(status: ConnectionStatus) -> Self {
        match status {
            ConnectionStatus::Online => Self::Online,
            ConnectionStatus::Away => Self::Away,
            ConnectionStatus::Offline => Self::Offline,
        }
    }
}

impl From<StatusMode> for StatusModeBody {
    fn from(mode: StatusMode) -> Self {
        match mode {
            StatusMode::Auto => Self::Auto,
            StatusMode::Away => Self::Away,
            StatusMode::DoNotDisturb => Self::DoNotDisturb,
            StatusMode::Invisible => Self::Invisible,
        }
    }
}

impl From<StatusModeBody> for StatusMode {
    fn from(mode: StatusModeBody) -> Self {
        match mode {
            StatusModeBody::Auto => Self::Auto,
            StatusModeBody::Away => Self::Away,
            StatusModeBody::DoNotDisturb => Self::DoNotDisturb,
            StatusModeBody::Invisible => Self::Invisible,
        }
    }
}

impl ConnectionStatusBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            user_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            status: PresenceBody::Away,
            manual_status: StatusModeBody::Auto,
            status_text: Some("At lunch".to_owned()),
            last_seen_at: Some(Time::sample(0)),
            replies_with_ai: true,
        }
    }
}

impl UserStatusBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            user_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            status: StatusModeBody::DoNotDisturb,
            text: Some("In a meeting".to_owned()),
            emoji: Some("🗓".to_owned()),
            expires_at: Some(Time::sample(3_600)),
            ai_replies: true,
        }
    }
}
