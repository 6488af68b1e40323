use stead_domain::{
    Invalid, Timestamp,
    ports::store::UsageFilter,
    run::Usage,
    usage::{UsageBy, UsageKey},
};

use crate::{Application, Caller, Error};

/// Which usage is asked for.
#[derive(Debug, Clone, Copy)]
pub struct AiUsageQuery {
    /// Not before; the beginning of the month where absent.
    pub from: Option<Timestamp>,
    /// Before; now where absent.
    pub to: Option<Timestamp>,
    /// By what it is told apart.
    pub by: UsageBy,
    /// At most so many of those with most tokens, 1 to 999.
    pub limit: u32,
}

/// What models have used.
#[derive(Debug, Clone, PartialEq)]
pub struct AiUsage {
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub to: Timestamp,
    /// All together.
    pub total: Usage,
    /// Told apart, those with most tokens first.
    pub items: Vec<(UsageKey, Usage)>,
    /// Whether there are more.
    pub has_more: bool,
    /// What may still be used this month.
    pub budgets: Budgets,
}

/// Budgets of this month; those that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// The organization's; for admins.
    pub organization: Option<Budget>,
    /// The caller's.
    pub user: Option<Budget>,
}

/// What may be used in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// So many tokens.
    pub tokens: i64,
    /// So many were used.
    pub used: i64,
}

impl Budget {
    /// Whether another question may be asked.
    pub fn is_left(self) -> bool {
        self.used < self.tokens
    }
}

impl Application {
    /// What models have used: for admins of the whole organization, for others of themselves.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a time that ends before it begins.
    pub async fn ai_usage(&self, caller: &Caller, query: AiUsageQuery) -> Result<AiUsage, Error> {
        let now = self.clock.now();
        let to = query.to.unwrap_or(now);
        let from = query.from.unwrap_or_else(|| now.start_of_month().min(to));
        if from > to {
            return Err(Error::invalid("to", Invalid::new("must not be before `from`")));
        }
        let user = (!caller.oversees_as().is_admin()).then_some(caller.user);
        let filter = UsageFilter { organization: caller.organization, user, from, to };
        let (total, items, budgets) = tokio::try_join!(
            async { self.store.sum_usage(filter).await.map_err(Error::from) },
            async { self.store.list_usage(filter, query.by, query.limit + 1).await.map_err(Error::from) },
            self.budgets(caller),
        )?;
        let at_most = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let has_more = items.len() > at_most;
        let items = items.into_iter().take(at_most).collect();
        Ok(AiUsage { from, to, total, items, has_more, budgets })
    }
}
