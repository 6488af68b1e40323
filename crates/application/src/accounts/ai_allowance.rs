use stead_domain::OrganizationId;

use crate::{Application, Conflict, Error, believed::BELIEVED};

impl Application {
    /// Goes on only if the organization's agents may answer now. What the runs that are under way use counts when they end:
    /// a budget may be overdrawn by those that were begun before it was used up.
    ///
    /// # Errors
    /// [`Conflict::AiDisabled`]; [`Conflict::AiBudgetUsedUp`] where this month's budget was used.
    pub(crate) async fn require_ai(&self, organization: OrganizationId) -> Result<(), Error> {
        let found = self.organizations.find(organization, BELIEVED, || self.store.find_organization(organization));
        let Some(found) = found.await? else { return Err(Error::Unauthenticated) };
        if !found.ai_enabled {
            return Err(Error::Conflict(Conflict::AiDisabled));
        }
        let Some(budget) = found.ai_budget else { return Ok(()) };
        let used = self.store.tokens_used(organization, self.clock.now().start_of_month()).await?;
        if used < budget.get() { Ok(()) } else { Err(Error::Conflict(Conflict::AiBudgetUsedUp)) }
    }
}
