//! The port to who is there.

use async_trait::async_trait;

use crate::{OrganizationId, Timestamp, UserId};

/// Says who is online.
///
/// # Contract
/// - The answer has one entry for each user asked for, in that order; a user nobody has heard of is offline.
/// - Users of another organization are offline.
/// - What a connection reported on one node is seen on every node within two seconds.
/// - Connections of a node that died lapse.
#[async_trait]
pub trait PresenceSource: Send + Sync + 'static {
    /// The presence of up to 1,000 users of one organization.
    ///
    /// # Errors
    /// [`PresenceError`]; a caller that must decide takes the user for online, so that nobody is stood in for by
    /// accident.
    async fn presence(&self, organization: OrganizationId, users: &[UserId]) -> Result<Vec<Presence>, PresenceError>;
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Whether they are connected and active.
    pub status: ConnectionStatus,
    /// When there was last activity.
    pub last_seen_at: Option<Timestamp>,
}

impl Presence {
    /// Of somebody nobody has heard of.
    pub const UNKNOWN: Self = Self { status: ConnectionStatus::Offline, last_seen_at: None };
}

/// Whether somebody is there and active. Of several connections the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnectionStatus {
    /// Not connected.
    Offline,
    /// Connected, without activity of late.
    Away,
    /// Connected, with.
    Online,
}

impl ConnectionStatus {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }
}

/// Presence cannot be told now.
#[derive(Debug, thiserror::Error)]
#[error("presence is unavailable")]
pub struct PresenceError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
