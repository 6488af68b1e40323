//! Notices when a transaction holds back the event log: events are given only when every transaction in the cluster that was
//! numbered before them has ended, whosever it is.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error};

/// Somebody is told after so long.
const PATIENCE: Duration = Duration::from_secs(2);

const OLDEST: &str = "SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint \
    FROM pg_current_snapshot() AS now";

/// Everybody may see this much of others' sessions; what they ask is nobody's business.
const HOLDER: &str = "SELECT pid, coalesce(application_name, ''), coalesce(datname, '') FROM pg_stat_activity \
    WHERE backend_xid::text::bigint = $1 % 4294967296";

/// What a look at the log came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is not held back, or not for long, or that is known already.
    Usual,
    /// It has been held back for a while, by this transaction.
    HeldBack(Holder),
    /// It was, for so long, and is no more.
    Released(Duration),
}

/// Whose transaction it is. None of it where it belongs to no session: a prepared transaction.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) pid: Option<i32>,
    pub(super) application: String,
    pub(super) database: String,
}

/// The oldest transaction that runs, while a later one has ended.
#[derive(Debug, Clone, Copy)]
struct Oldest {
    number: i64,
    seen: Instant,
    is_told: bool,
}

/// Looks at the log again and again.
#[derive(Debug, Default)]
pub(super) struct HeldBack {
    oldest: Option<Oldest>,
}

impl HeldBack {
    /// Looks, sets the metric, and logs what is to be told.
    pub(super) async fn watch(&mut self, client: &Client) -> Result<(), Error> {
        let now = Instant::now();
        match self.look(client, now).await? {
            Look::Usual => {}
            Look::HeldBack(Holder { pid, application, database }) => tracing::warn!(
                pid,
                application,
                database,
                seconds = self.held_for(now).as_secs(),
                "a transaction that does not end holds back the event log: live updates wait for it"
            ),
            Look::Released(after) => tracing::info!(seconds = after.as_secs(), "the event log is held back no more"),
        }
        metrics::gauge!("stead_event_log_held_back_seconds").set(self.held_for(now).as_secs_f64());
        Ok(())
    }

    /// Looks at the log at this moment.
    async fn look(&mut self, client: &Client, now: Instant) -> Result<Look, Error> {
        let row = client.query_one(OLDEST, &[]).await?;
        let (number, next): (i64, i64) = (row.get(0), row.get(1));
        let before = self.oldest;
        if let Some(oldest) = before.filter(|oldest| number < next && oldest.number == number) {
            if oldest.is_told || now.saturating_duration_since(oldest.seen) < PATIENCE {
                return Ok(Look::Usual);
            }
            let holder = holder(client, number).await?;
            self.oldest = Some(Oldest { is_told: true, ..oldest });
            return Ok(Look::HeldBack(holder));
        }
        self.oldest = (number < next).then_some(Oldest { number, seen: now, is_told: false });
        let told = before.filter(|oldest| oldest.is_told);
        Ok(told.map_or(Look::Usual, |oldest| Look::Released(now.saturating_duration_since(oldest.seen))))
    }

    /// For how long, where that is more than usual.
    fn held_for(&self, now: Instant) -> Duration {
        let held = self.oldest.map_or(Duration::ZERO, |oldest| now.saturating_duration_since(oldest.seen));
        if held < PATIENCE { Duration::ZERO } else { held }
    }
}

async fn holder(client: &Client, number: i64) -> Result<Holder, Error> {
    let found = client.query_opt(HOLDER, &[&number]).await?;
    let found = found.map(|row| Holder { pid: Some(row.get(0)), application: row.get(1), database: row.get(2) });
    Ok(found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::PostgresDatabase;

    /// The transaction that runs longest in the whole cluster is this test's, sooner or later.
    async fn until_oldest(held: &mut HeldBack, client: &Client, number: i64) -> Instant {
        let begun = Instant::now();
        loop {
            let now = Instant::now();
            held.look(client, now).await.unwrap();
            if held.oldest.is_some_and(|oldest| oldest.number == number) {
                return now;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{held:?} instead of {number}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_transaction_that_does_not_end_is_named_once_and_its_end_is_told() {
        let database = PostgresDatabase::migrated().await.unwrap();
        let (slow, client) = (database.client().await.unwrap(), database.client().await.unwrap());
        slow.batch_execute("SET application_name = 'a slow export'; BEGIN").await.unwrap();
        let row = slow.query_one("SELECT pg_current_xact_id()::text::bigint, pg_backend_pid()", &[]).await.unwrap();
        let (number, pid): (i64, i32) = (row.get(0), row.get(1));
        // Something has to come after it: else it holds nothing back.
        client.batch_execute("SELECT pg_current_xact_id()").await.unwrap();

        let mut held = HeldBack::default();
        let seen = until_oldest(&mut held, &client, number).await;
        let at = |seconds| seen + Duration::from_secs(seconds);
        assert_eq!(held.look(&client, at(1)).await.unwrap(), Look::Usual);
        assert_eq!(held.held_for(at(1)), Duration::ZERO);
        let Look::HeldBack(holder) = held.look(&client, at(3)).await.unwrap() else { panic!("not told: {held:?}") };
        assert_eq!((holder.pid, holder.application.as_str()), (Some(pid), "a slow export"));
        assert!(holder.database.starts_with("stead_test_"), "{holder:?}");
        assert!(held.held_for(at(3)) >= PATIENCE);
        assert_eq!(held.look(&client, at(4)).await.unwrap(), Look::Usual);

        slow.batch_execute("COMMIT").await.unwrap();
        let Look::Released(after) = held.look(&client, at(5)).await.unwrap() else { panic!("not told: {held:?}") };
        assert!(after >= Duration::from_secs(5));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_prepared_transaction_is_nobodys() {
        let database = PostgresDatabase::migrated().await.unwrap();
        let client = database.client().await.unwrap();
        assert_eq!(holder(&client, 3).await.unwrap(), Holder::default());
    }
}
