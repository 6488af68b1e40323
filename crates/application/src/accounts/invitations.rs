use secrecy::SecretString;
use stead_domain::{
    Invalid, InvitationId, Timestamp,
    invitation::{Invitation, LONGEST_LIFE, USUAL_LIFE},
    page::{Page, Slice},
    ports::store::{AuditEntry, Change, Commit, Committed, Guard, InvitationChange, Outcome, StoreError},
    scope::Scope,
    text::Email,
    user::OrganizationRole,
};

use crate::{
    Application, Caller, Error,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// An invitation to be made.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Whom: only this address can take it. Absent: whoever has the token.
    pub email: Option<Email>,
    /// What they will be.
    pub role: OrganizationRole,
    /// Until when it is good; for seven days where absent.
    pub expires_at: Option<Timestamp>,
}

/// An invitation that a request made.
#[derive(Debug)]
pub struct MadeInvitation {
    /// It, as it is now.
    pub invitation: Invitation,
    /// What register takes: only in the answer to the request that made it, not in that to a repeat.
    pub token: Option<SecretString>,
}

const ONLY_ADMINS: &str = "only admins invite people";
const ONLY_OWNERS: &str = "only owners invite owners";

impl Application {
    /// Invites somebody into the caller's organization.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it would end in the past or be good for more than 90 days; [`Error::Forbidden`] for who is no
    /// admin, or for an owner's invitation no owner; [`Error::MissingScope`].
    pub async fn invite(
        &self,
        caller: &Caller,
        new: NewInvitation,
        request: Option<KeyedRequest>,
    ) -> Result<MadeInvitation, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.invited_before(caller, InvitationId::new(made)).await;
        }
        let now = self.clock.now();
        let expires_at = end_of(new.expires_at, now)?;
        may_run_invitations(caller)?;
        if new.role == OrganizationRole::Owner && caller.role != OrganizationRole::Owner {
            return Err(Error::Forbidden(ONLY_OWNERS));
        }
        let invitation = Invitation {
            id: InvitationId::new(self.ids.next()),
            organization_id: caller.organization,
            invited_by: caller.user,
            email: new.email,
            role: new.role,
            created_at: now,
            expires_at,
            used: None,
            revoked_at: None,
        };
        let commit = Commit {
            idempotency: self.remember(caller, request.as_ref(), invitation.id),
            guards: vec![Guard::User {
                organization: caller.organization,
                user: caller.user,
                at_least: invitation.role.max(OrganizationRole::Admin),
            }],
            changes: vec![
                Change::Invitation(InvitationChange::Insert(invitation.clone())),
                self.invitation_audit(caller, "invitation.created", invitation.id),
            ],
            ..Commit::default()
        };
        match (self.commit(commit).await, request) {
            (Ok(Committed::Done(_)), _) => {
                let token = self.invitation_tokens.issue(invitation.id);
                Ok(MadeInvitation { invitation, token: Some(token) })
            }
            (Ok(Committed::Replayed(record)), Some(request)) => {
                self.invited_before(caller, InvitationId::new(same_request(&request, &record)?)).await
            }
            (Ok(Committed::Replayed(_)), None) => Err(replayed_without_key()),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// The organization's invitations that can still be taken.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who is no admin; [`Error::MissingScope`].
    pub async fn invitations(&self, caller: &Caller, page: Page) -> Result<Slice<Invitation>, Error> {
        may_run_invitations(caller)?;
        Ok(self.store.list_invitations(caller.organization, self.clock.now(), page).await?)
    }

    /// Withdraws an invitation that nobody has taken.
    ///
    /// # Errors
    /// [`Error::NotFound`], also if it was taken or withdrawn; [`Error::Forbidden`] for who is no admin;
    /// [`Error::MissingScope`].
    pub async fn withdraw_invitation(&self, caller: &Caller, id: InvitationId) -> Result<(), Error> {
        let found = self.store.find_invitation(id).await?;
        found.filter(|found| found.organization_id == caller.organization).ok_or(Error::NotFound)?;
        may_run_invitations(caller)?;
        let now = self.clock.now();
        let changes = vec![
            Change::Invitation(InvitationChange::Revoke { invitation: id, at: now }),
            self.invitation_audit(caller, "invitation.withdrawn", id),
        ];
        let guards = vec![
            Guard::User { organization: caller.organization, user: caller.user, at_least: OrganizationRole::Admin },
            // It may have expired: withdrawing that is as good.
            Guard::Invitation { invitation: id, at: Timestamp::EPOCH },
        ];
        match self.commit(Commit { guards, changes, ..Commit::default() }).await {
            Ok(Committed::Done(outcomes)) if outcomes.first() == Some(&Outcome::Unchanged) => Err(Error::NotFound),
            Ok(_) => Ok(()),
            Err(StoreError::Refused(Guard::Invitation { .. })) => Err(Error::NotFound),
            Err(StoreError::Refused(_)) => Err(Error::Forbidden(ONLY_ADMINS)),
            Err(error) => Err(error.into()),
        }
    }

    /// What an earlier request made: without its token, and not there once it is withdrawn.
    async fn invited_before(&self, caller: &Caller, id: InvitationId) -> Result<MadeInvitation, Error> {
        let found = self.store.find_invitation(id).await?.ok_or(Error::NotFound)?;
        may_run_invitations(caller)?;
        if found.organization_id != caller.organization || found.revoked_at.is_some() {
            return Err(Error::NotFound);
        }
        Ok(MadeInvitation { invitation: found, token: None })
    }

    fn invitation_audit(&self, caller: &Caller, action: &str, id: InvitationId) -> Change {
        Change::Audit(AuditEntry {
            id: self.ids.next(),
            organization_id: caller.organization,
            actor: Some(caller.user),
            action: action.to_owned(),
            subject_id: id.uuid(),
            at: self.clock.now(),
        })
    }
}

fn may_run_invitations(caller: &Caller) -> Result<(), Error> {
    caller.require(Scope::Admin)?;
    if caller.role.is_admin() { Ok(()) } else { Err(Error::Forbidden(ONLY_ADMINS)) }
}

fn end_of(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Error> {
    let problem = match asked {
        None => return Ok(now.plus(USUAL_LIFE)),
        Some(at) if at <= now => "must be later than now",
        Some(at) if at > now.plus(LONGEST_LIFE) => "must be at most 90 days from now",
        Some(at) => return Ok(at),
    };
    Err(Error::invalid("expires_at", Invalid::new(problem)))
}
