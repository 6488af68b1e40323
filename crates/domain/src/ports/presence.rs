//! The port to who is there. **Provisional** until its first adapter.

use async_trait::async_trait;

use crate::{OrganizationId, Timestamp, UserId};

/// Says who is online.
///
/// # Contract
/// - The answer has one entry for each user asked for, in that order; a user nobody has heard of is offline.
/// - Users of another organization are offline.
/// - What a connection reported on one node is seen on every node within two seconds.
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
    /// What others see.
    pub status: ConnectionStatus,
    /// When there was last activity.
    pub last_seen_at: Option<Timestamp>,
}

/// What others see of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// Connected, with activity of late.
    Online,
    /// Connected, without.
    Away,
    /// Not connected.
    Offline,
}

/// Presence cannot be told now.
#[derive(Debug, thiserror::Error)]
#[error("presence is unavailable")]
pub struct PresenceError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
