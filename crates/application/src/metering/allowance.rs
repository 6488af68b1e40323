use std::sync::Arc;

use stead_domain::{OrganizationId, Timestamp, UserId, organization::Organization};

use super::{Budget, Budgets};
use crate::{Application, Caller, Conflict, Error, believed::BELIEVED};

impl Application {
    /// Goes on only if models may be asked for this user of the organization now, or, without one, for the organization. What
    /// is under way counts when it ends: a budget may be overdrawn by what was begun before it was used up.
    ///
    /// # Errors
    /// [`Conflict::AiDisabled`]; [`Conflict::AiBudgetUsedUp`] where this month's budget of either was used.
    pub(crate) async fn require_ai(&self, organization: OrganizationId, user: Option<UserId>) -> Result<(), Error> {
        let found = self.require_ai_enabled(organization).await?;
        let month = self.clock.now().start_of_month();
        let of_organization = self.budget_of_organization(&found, month).await?;
        let of_user = match user {
            Some(user) if of_organization.is_none_or(Budget::is_left) => {
                self.budget_of_user(&found, user, month).await?
            }
            Some(_) | None => None,
        };
        let is_left = of_organization.is_none_or(Budget::is_left) && of_user.is_none_or(Budget::is_left);
        if is_left { Ok(()) } else { Err(Error::Conflict(Conflict::AiBudgetUsedUp)) }
    }

    /// The organization, if its admins have not switched AI off.
    ///
    /// # Errors
    /// [`Conflict::AiDisabled`].
    pub(crate) async fn require_ai_enabled(&self, organization: OrganizationId) -> Result<Arc<Organization>, Error> {
        let found = self.organizations.find(organization, BELIEVED, || self.store.find_organization(organization));
        let Some(found) = found.await? else { return Err(Error::Unauthenticated) };
        if found.ai_enabled { Ok(found) } else { Err(Error::Conflict(Conflict::AiDisabled)) }
    }

    /// What the caller may still have used this month, and, for admins, the organization.
    pub(super) async fn budgets(&self, caller: &Caller) -> Result<Budgets, Error> {
        let organization = caller.organization;
        let found = self.organizations.find(organization, BELIEVED, || self.store.find_organization(organization));
        let Some(found) = found.await? else { return Err(Error::Unauthenticated) };
        let month = self.clock.now().start_of_month();
        let organization =
            if caller.oversees_as().is_admin() { self.budget_of_organization(&found, month).await? } else { None };
        Ok(Budgets { organization, user: self.budget_of_user(&found, caller.user, month).await? })
    }

    async fn budget_of_organization(
        &self,
        organization: &Organization,
        month: Timestamp,
    ) -> Result<Option<Budget>, Error> {
        let Some(tokens) = organization.ai_budget else { return Ok(None) };
        let read = self.store.tokens_used(organization.id, None, month);
        let used = self.spent.tokens(organization.id.uuid(), month, read).await?;
        Ok(Some(Budget { tokens: tokens.get(), used }))
    }

    /// Their own, else the organization's for everybody.
    async fn budget_of_user(
        &self,
        organization: &Organization,
        id: UserId,
        month: Timestamp,
    ) -> Result<Option<Budget>, Error> {
        let found = self.users.find(id, BELIEVED, || self.store.find_user(organization.id, id)).await?;
        let own = found.and_then(|user| user.ai_budget);
        let Some(tokens) = own.or(organization.ai_budget_per_user) else { return Ok(None) };
        let read = self.store.tokens_used(organization.id, Some(id), month);
        let used = self.spent.tokens(id.uuid(), month, read).await?;
        Ok(Some(Budget { tokens: tokens.get(), used }))
    }
}
