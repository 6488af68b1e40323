use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use moka::future::Cache;
use stead_domain::{Timestamp, ports::store::StoreError, run::Usage, usage::Account};
use uuid::Uuid;

use crate::{Error, believed::BELIEVED};

/// How many sums are held at most.
const AT_MOST: u64 = 50_000;

/// How many tokens organizations and users have used in a month, as far as this node was asked in the last second. What it
/// enters itself counts at once, what other nodes enter within a second; what is entered while a sum is being read may be
/// missing from it for as long.
pub struct Spent(Cache<(Uuid, Timestamp), Arc<AtomicI64>>);

impl Spent {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(AT_MOST).time_to_live(BELIEVED).build())
    }

    /// The tokens of an organization or a user since the month began. Those who ask at the same time share a reading.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it is not known and cannot be read.
    pub async fn tokens(
        &self,
        whose: Uuid,
        month: Timestamp,
        read: impl Future<Output = Result<i64, StoreError>>,
    ) -> Result<i64, Error> {
        let read = async { Ok::<_, StoreError>(Arc::new(AtomicI64::new(read.await?))) };
        let known = self.0.try_get_with((whose, month), read).await;
        let known = known.map_err(|error| Error::Unavailable(Some(error.into())))?;
        Ok(known.load(Ordering::Relaxed))
    }

    /// Notes what was entered on an account, for the month in which it was asked.
    pub async fn note(&self, account: &Account, usage: &Usage, at: Timestamp) {
        let tokens = usage.input_tokens.saturating_add(usage.output_tokens);
        let month = at.start_of_month();
        for whose in [Some(account.organization.uuid()), account.user.map(|user| user.uuid())].into_iter().flatten() {
            if let Some(known) = self.0.get(&(whose, month)).await {
                known.fetch_add(tokens, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use stead_domain::usage::UsagePurpose;
    use stead_testkit::builders;

    use super::*;

    #[tokio::test]
    async fn what_is_entered_here_counts_at_once_in_its_month() {
        let spent = Spent::new();
        let organization = builders::organization();
        let user = builders::user(&organization);
        let (organization, user) = (organization.id, user.id);
        let now = builders::at();
        let (month, earlier) = (now.start_of_month(), Timestamp::EPOCH);
        let account =
            Account { organization, user: Some(user), agent: None, conversation: None, purpose: UsagePurpose::Turn };
        let read = |tokens: i64| async move { Ok(tokens) };
        assert_eq!(spent.tokens(organization.uuid(), month, read(10)).await.unwrap(), 10);
        let usage = Usage { input_tokens: 3, output_tokens: 4, ..Usage::default() };
        spent.note(&account, &usage, now).await;
        spent.note(&account, &usage, earlier).await;
        assert_eq!(spent.tokens(organization.uuid(), month, read(0)).await.unwrap(), 17, "it is not read again");
        assert_eq!(spent.tokens(user.uuid(), month, read(5)).await.unwrap(), 5, "what was not asked for is not known");
        let away = async { Err(StoreError::Unavailable("away".into())) };
        assert!(spent.tokens(user.uuid(), earlier, away).await.is_err());
    }
}
