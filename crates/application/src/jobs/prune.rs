use std::time::Duration;

use stead_domain::{idempotency, ports::store::PruneBefore};

use crate::{Application, Error};

/// How long the pieces of a run's stream are kept after its end.
const CHUNKS_KEPT: Duration = Duration::from_secs(60 * 60);
/// How long a session, an API key or an invitation is kept after its end, for the one who asks what happened.
const ENDED_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long connections are kept after their end.
const CONNECTIONS_KEPT: Duration = Duration::from_secs(60 * 60);
/// How long it is known what models have used: a year and the month that it is compared with.
const USAGE_KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

impl Application {
    /// Removes what is no longer needed, a bounded piece at a time.
    pub(super) async fn prune(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let before = PruneBefore {
            events: now.minus(self.settings.events_keep),
            idempotency: now.minus(idempotency::KEPT),
            run_chunks: now.minus(CHUNKS_KEPT),
            sessions: now.minus(ENDED_KEPT),
            usage: now.minus(USAGE_KEPT),
            connections: now.minus(CONNECTIONS_KEPT),
        };
        while self.store.prune(before).await? {
            if self.background.stopping().is_cancelled() {
                break;
            }
        }
        Ok(())
    }
}
