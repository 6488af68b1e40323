use std::time::{Duration, Instant};

use stead_domain::{
    OrganizationId, UserId,
    ports::{
        notifier::{Fleeting, Notice},
        store::TouchPresence,
    },
};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::{Application, Error};

/// How many users are written at once.
const AT_ONCE: usize = 1_000;
/// How long is waited at most after a write for what else comes.
const PAUSE: Duration = Duration::from_secs(1);
/// How often is looked for what has lapsed.
const SETTLE_EVERY: Duration = Duration::from_secs(1);
/// How many that have are told of at once.
const SETTLED_AT_ONCE: u32 = 500;
/// How long connections may take to close when the process stops.
const FAREWELL: Duration = Duration::from_secs(1);

impl Application {
    /// Starts what a process does that people are connected to: saying who they are, and what has lapsed.
    pub fn start_presence(&self) {
        let application = self.clone();
        self.background.spawn(async move { application.keep_attendances().await });
        let application = self.clone();
        self.background.spawn(async move { application.settle_presence().await });
    }

    /// Writes who comes at once, then at most once in a while; who stays, before it lapses.
    async fn keep_attendances(&self) {
        let stopping = self.background.stopping();
        let refresh_every = self.settings.presence.refresh_every();
        loop {
            self.write_attendances().await;
            tokio::select! {
                biased;
                () = stopping.cancelled() => break,
                () = sleep(PAUSE.min(refresh_every)) => {}
            }
            tokio::select! {
                biased;
                () = stopping.cancelled() => break,
                () = self.attendances.changed() => {}
                () = sleep(refresh_every / 2) => {}
            }
        }
        let all_gone = async {
            while !self.attendances.is_empty() {
                self.attendances.changed().await;
            }
        };
        if timeout(FAREWELL, all_gone).await.is_err() {
            tracing::debug!("some connections are still open");
        }
        self.write_attendances().await;
    }

    async fn write_attendances(&self) {
        let due = self.attendances.due(Instant::now());
        for part in due.chunks(AT_ONCE) {
            let touch = TouchPresence {
                node: self.owner,
                active_for: self.settings.presence.active_for,
                users: part.iter().map(|(touched, _)| touched.clone()).collect(),
            };
            match self.store.touch_presence(touch).await {
                Ok(arrived) => {
                    self.attendances.written(part);
                    let told = part.iter().map(|(touched, _)| (touched.organization_id, touched.user_id));
                    told.filter(|(_, user)| arrived.contains(user)).for_each(|(organization, user)| {
                        self.tell_presence(organization, user);
                    });
                }
                // It stays due.
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "who is connected was not written");
                    return;
                }
            }
        }
    }

    async fn settle_presence(&self) {
        let stopping = self.background.stopping();
        let mut look = interval(SETTLE_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                _ = look.tick() => {}
            }
            if let Err(error) = self.tell_what_lapsed().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "what has lapsed is not told");
            }
        }
    }

    async fn tell_what_lapsed(&self) -> Result<(), Error> {
        loop {
            let lapsed = self.store.settle_presence(SETTLED_AT_ONCE).await?;
            if lapsed.is_empty() {
                return Ok(());
            }
            for (organization, user) in lapsed {
                self.tell_presence(organization, user);
            }
        }
    }

    /// Tells everyone in the organization to look again.
    pub(super) fn tell_presence(&self, organization_id: OrganizationId, user_id: UserId) {
        let what = Fleeting::PresenceChanged { user_id };
        self.notifier.publish(Notice { organization_id, what, at: self.clock.now() });
    }
}
