use stead_domain::{
    Invalid, UserId,
    membership::Participant,
    organization::TokenBudget,
    ports::store::{AuditEntry, Change, Commit, Guard, SessionChange, StoreError, UserChange, Versioned},
    scope::Scope,
    user::{OrganizationRole, User, UserKind},
};

use crate::{Application, Caller, Conflict, Error, Expected, TRIES};

/// What an admin changes of a member; what is absent stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserPatch {
    /// What they may do in the organization.
    pub role: Option<OrganizationRole>,
    /// Whether they may no longer sign in.
    pub deactivated: Option<bool>,
    /// What models may use for them in a month; `Some(None)`: as the organization says for everybody.
    pub ai_budget: Option<Option<TokenBudget>>,
}

impl Application {
    /// Changes a member's role or budget, or lets them in no longer: then every token of theirs is dead at once, and stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who is no admin, or no owner where an owner is concerned;
    /// [`Error::Invalid`] for a service that would be an owner; [`Error::PreconditionFailed`]; [`Conflict::LastOwner`].
    pub async fn update_user(
        &self,
        caller: &Caller,
        id: UserId,
        expected: Expected,
        patch: UserPatch,
    ) -> Result<User, Error> {
        for _ in 0..TRIES {
            let before = self.store.find_user(caller.organization, id).await?.ok_or(Error::NotFound)?;
            let least = self.may_change(caller, &before, patch)?;
            expected.check(before.version)?;
            let (after, actions) = self.changed(before.clone(), patch);
            if actions.is_empty() {
                return Ok(before);
            }
            let mut guards = Vec::new();
            if is_active_owner(&before) && !is_active_owner(&after) {
                guards.push(Guard::AnotherOwner { organization: caller.organization, besides: id });
            } else {
                guards.push(Guard::Organization(caller.organization));
            }
            // A caller who changes themselves is guarded by the version of what was read.
            if id != caller.user {
                let organization = caller.organization;
                guards.push(Guard::User { organization, user: caller.user, at_least: least });
            }
            guards.push(Guard::Version(Versioned::User(id), before.version));
            let mut changes = vec![Change::User(UserChange::Update(after.clone()))];
            if after.deactivated_at.is_some() {
                changes.push(Change::Session(SessionChange::RevokeAll { user: id, at: after.updated_at }));
            }
            changes.extend(actions.iter().map(|action| self.audited(caller, action, &after)));
            let is_let_in_or_out = before.deactivated_at.is_some() != after.deactivated_at.is_some();
            let tell = || self.tell_rooms_job(caller.organization, Participant::User(id), after.updated_at);
            let jobs = is_let_in_or_out.then(tell).into_iter().collect();
            match self.commit(Commit { guards, changes, jobs, ..Commit::default() }).await {
                Ok(_) => {
                    self.forget(id).await;
                    return Ok(after);
                }
                Err(StoreError::Refused(Guard::AnotherOwner { .. })) => {
                    return Err(Error::Conflict(Conflict::LastOwner));
                }
                Err(StoreError::Refused(Guard::User { .. })) => return Err(Error::Forbidden(ONLY_ADMINS)),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Whether the caller may; answers the least role that it takes.
    fn may_change(&self, caller: &Caller, user: &User, patch: UserPatch) -> Result<OrganizationRole, Error> {
        caller.require(Scope::Admin)?;
        if !caller.role.is_admin() {
            return Err(Error::Forbidden(ONLY_ADMINS));
        }
        let concerns_owner = user.role == OrganizationRole::Owner || patch.role == Some(OrganizationRole::Owner);
        if concerns_owner && caller.role != OrganizationRole::Owner {
            return Err(Error::Forbidden("only owners change owners, or make them"));
        }
        if user.kind == UserKind::Service && patch.role == Some(OrganizationRole::Owner) {
            return Err(Error::invalid("role", Invalid::new("of a service cannot be `owner`")));
        }
        Ok(if concerns_owner { OrganizationRole::Owner } else { OrganizationRole::Admin })
    }

    /// The user as they will be, and what that is called.
    fn changed(&self, mut user: User, patch: UserPatch) -> (User, Vec<&'static str>) {
        let mut actions = Vec::new();
        if let Some(role) = patch.role.filter(|role| *role != user.role) {
            user.role = role;
            actions.push("user.role_changed");
        }
        match patch.deactivated {
            Some(true) if user.deactivated_at.is_none() => {
                user.deactivated_at = Some(self.clock.now());
                actions.push("user.deactivated");
            }
            Some(false) if user.deactivated_at.is_some() => {
                user.deactivated_at = None;
                actions.push("user.reactivated");
            }
            Some(_) | None => {}
        }
        if let Some(budget) = patch.ai_budget.filter(|budget| *budget != user.ai_budget) {
            user.ai_budget = budget;
            actions.push("user.ai_budget_changed");
        }
        user.version += 1;
        user.updated_at = self.clock.now();
        (user, actions)
    }

    fn audited(&self, caller: &Caller, action: &str, user: &User) -> Change {
        Change::Audit(AuditEntry {
            id: self.ids.next(),
            organization_id: caller.organization,
            actor: Some(caller.user),
            action: action.to_owned(),
            subject_id: user.id.uuid(),
            at: user.updated_at,
        })
    }
}

const ONLY_ADMINS: &str = "only admins change other people's roles and budgets and let them in or out";

fn is_active_owner(user: &User) -> bool {
    user.role == OrganizationRole::Owner && user.deactivated_at.is_none()
}
