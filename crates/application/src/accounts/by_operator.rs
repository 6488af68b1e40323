use stead_domain::{
    OrganizationId,
    ports::store::{AuditEntry, Change, Commit, Guard, SessionChange, StoreError, UserChange, Versioned},
    text::{DisplayName, Email, Handle},
    user::{OrganizationRole, User},
};
use uuid::Uuid;

use super::{
    Password,
    register::{Arrival, Person},
    take_over::Newcomer,
};
use crate::{Application, Conflict, Error, TRIES};

/// A person whom the operator makes.
#[derive(Debug)]
pub struct NewUser {
    /// Where they are to belong.
    pub belongs: Belongs,
    /// What they sign in with.
    pub email: Email,
    /// And this.
    pub password: Password,
    /// How others address them.
    pub handle: Handle,
    /// What they are called.
    pub display_name: DisplayName,
}

/// Where a person whom the operator makes is to belong.
#[derive(Debug)]
pub enum Belongs {
    /// A new organization of this name, as its owner.
    New(DisplayName),
    /// This organization, as this.
    Existing(OrganizationId, OrganizationRole),
}

impl Application {
    /// Makes a person with their own agent, whoever may register by themselves. For who holds the database.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such organization; [`Conflict::EmailTaken`]; [`Conflict::HandleTaken`].
    pub async fn create_user(&self, new: NewUser) -> Result<User, Error> {
        let NewUser { belongs, email, password, handle, display_name } = new;
        let (organization, role, is_new) = match belongs {
            Belongs::New(name) => (self.new_organization(name), OrganizationRole::Owner, true),
            Belongs::Existing(id, role) => {
                (self.store.find_organization(id).await?.ok_or(Error::NotFound)?, role, false)
            }
        };
        let password = self.passwords.hash(password).await?;
        let user = self.new_person(organization.id, Person { email, handle, display_name, role });
        let guards = if is_new { Vec::new() } else { vec![Guard::Organization(organization.id)] };
        let changes = vec![self.operator_audit(organization.id, "user.created", user.id.uuid())];
        let way_in = Commit { guards, changes, ..Commit::default() };
        match self.arrive(way_in, &organization, is_new, Newcomer::new(user.clone(), password)).await {
            Ok(_) => Ok(user),
            Err(Arrival::Store(StoreError::Refused(_))) => Err(Error::NotFound),
            Err(Arrival::Store(error)) => Err(error.into()),
            Err(Arrival::Other(error)) => Err(error),
        }
    }

    /// Gives a person another password, or one to somebody who was brought in without, and ends all their sign-ins. Who is
    /// deactivated stays so. For who holds the database.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nobody has this address.
    pub async fn reset_password(&self, email: &Email, password: Password) -> Result<User, Error> {
        let password = self.passwords.hash(password).await?;
        for _ in 0..TRIES {
            let user = self.store.find_by_email(email).await?.ok_or(Error::NotFound)?;
            let commit = Commit {
                guards: vec![Guard::Version(Versioned::User(user.id), user.version)],
                changes: vec![
                    Change::User(UserChange::SetPassword(user.id, password.clone())),
                    Change::Session(SessionChange::RevokeAll { user: user.id, at: self.clock.now() }),
                    self.operator_audit(user.organization_id, "user.password_reset", user.id.uuid()),
                ],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(_) => {
                    self.forget(user.id).await;
                    return Ok(user);
                }
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// A line in an organization's audit log about what the operator did.
    pub(crate) fn operator_audit(&self, organization_id: OrganizationId, action: &str, subject_id: Uuid) -> Change {
        Change::Audit(AuditEntry {
            id: self.ids.next(),
            organization_id,
            actor: None,
            action: action.to_owned(),
            subject_id,
            at: self.clock.now(),
        })
    }
}
