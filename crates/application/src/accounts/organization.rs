use stead_domain::{
    AgentId,
    agent::{AgentKind, Visibility},
    organization::{Organization, RetentionDays, TokenBudget},
    ports::store::{Change, Commit, Guard, OrganizationChange, StoreError, Versioned},
    text::DisplayName,
    user::OrganizationRole,
};

use crate::{Application, Caller, Conflict, Error, Expected, TRIES};

/// What an admin changes of the organization; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct OrganizationPatch {
    /// What it is called.
    pub name: Option<DisplayName>,
    /// The agent that answers where the API says `default`: one of the organization's, visible to all.
    pub default_agent_id: Option<AgentId>,
    /// How long messages are kept; `Some(None)`: as long as nobody deletes them.
    pub retention: Option<Option<RetentionDays>>,
    /// Whether agents answer.
    pub ai_enabled: Option<bool>,
    /// What the model may use in a month; `Some(None)`: without bound.
    pub ai_budget: Option<Option<TokenBudget>>,
    /// The same for each user who has none of their own.
    pub ai_budget_per_user: Option<Option<TokenBudget>>,
}

impl Application {
    /// The caller's organization.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is gone.
    pub async fn organization(&self, caller: &Caller) -> Result<Organization, Error> {
        self.store.find_organization(caller.organization).await?.ok_or(Error::Unauthenticated)
    }

    /// Changes the caller's organization.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such agent; [`Error::Forbidden`] for who is no admin; [`Error::Invalid`] if the
    /// agent cannot be everyone's default; [`Error::PreconditionFailed`].
    pub async fn update_organization(
        &self,
        caller: &Caller,
        expected: Expected,
        patch: OrganizationPatch,
    ) -> Result<Organization, Error> {
        for _ in 0..TRIES {
            let mut of_agent = Vec::new();
            if let Some(id) = patch.default_agent_id {
                let agent = self.store.find_agent(caller.organization, id).await?;
                let agent =
                    agent.filter(|agent| agent.is_visible_to(caller.user, caller.role)).ok_or(Error::NotFound)?;
                if agent.kind != AgentKind::Organization || agent.visibility != Visibility::Organization {
                    let problem = stead_domain::Invalid::new("must be an agent of the organization that all may see");
                    return Err(Error::invalid("default_agent_id", problem));
                }
                of_agent.push(Guard::Version(Versioned::Agent(id), agent.version));
                of_agent.push(Guard::Agent { organization: caller.organization, agent: id });
            }
            if !caller.role.is_admin() {
                return Err(Error::Forbidden("only admins change the organization"));
            }
            let mut organization = self.organization(caller).await?;
            expected.check(organization.version)?;
            let version = Guard::Version(Versioned::Organization(organization.id), organization.version);
            let mut guards = vec![version, caller.still(OrganizationRole::Admin)];
            guards.append(&mut of_agent);
            organization.name = patch.name.clone().unwrap_or(organization.name);
            organization.default_agent_id = patch.default_agent_id.unwrap_or(organization.default_agent_id);
            organization.retention = patch.retention.unwrap_or(organization.retention);
            organization.ai_enabled = patch.ai_enabled.unwrap_or(organization.ai_enabled);
            organization.ai_budget = patch.ai_budget.unwrap_or(organization.ai_budget);
            organization.ai_budget_per_user = patch.ai_budget_per_user.unwrap_or(organization.ai_budget_per_user);
            organization.version += 1;
            organization.updated_at = self.clock.now();
            let changes = vec![Change::Organization(OrganizationChange::Update(organization.clone()))];
            match self.commit(Commit { guards, changes, ..Commit::default() }).await {
                Ok(_) => {
                    self.forget(organization.id).await;
                    if patch.retention.is_some() {
                        self.outdated_due.notify_one();
                    }
                    if patch.ai_enabled == Some(true) || patch.ai_budget.is_some() {
                        self.index_what_was_left_out(organization.id).await;
                    }
                    return Ok(organization);
                }
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }
}
