use std::time::Duration;

use moka::future::Cache;
use stead_domain::{OrganizationId, UserId, ports::presence::ConnectionStatus};

use crate::Application;

/// How long it is believed whether somebody is connected to another node, and of how many.
const BELIEVED_FOR: Duration = Duration::from_secs(5);
const AT_MOST: u64 = 100_000;

/// Who was connected elsewhere a moment ago.
pub(crate) struct ConnectedElsewhere(Cache<UserId, bool>);

impl ConnectedElsewhere {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(AT_MOST).time_to_live(BELIEVED_FOR).build())
    }
}

impl Application {
    /// Whether somebody is, or was just now, connected to any node, so that it is worth telling them what is true for a
    /// moment. Of who is connected here nothing is asked; of others once in a while.
    pub(crate) async fn is_connected(&self, organization: OrganizationId, user: UserId) -> bool {
        if self.attendances.is_here(user) {
            return true;
        }
        let asking = async {
            match self.presence.presence(organization, &[user]).await {
                Ok(seen) => seen.iter().any(|presence| presence.status != ConnectionStatus::Offline),
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "who is connected elsewhere is not known"
                    );
                    false
                }
            }
        };
        self.connected_elsewhere.0.get_with(user, asking).await
    }
}
