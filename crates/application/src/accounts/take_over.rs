use stead_domain::{
    OrganizationId,
    job::NewJob,
    membership::Participant,
    ports::store::{Change, Guard, UserChange, Versioned},
    text::Email,
    user::{PasswordHash, User, UserKind},
};

use super::register::Person;
use crate::{Application, Error};

/// Somebody who is let in, and how they come to be.
pub(super) struct Newcomer {
    /// They, as they will be.
    pub user: User,
    pub guards: Vec<Guard>,
    pub changes: Vec<Change>,
    pub jobs: Vec<NewJob>,
}

impl Newcomer {
    /// Somebody whom nobody knew.
    pub fn new(user: User, password: PasswordHash) -> Self {
        let changes = vec![Change::User(UserChange::Insert(user.clone(), Some(password)))];
        Self { user, guards: Vec::new(), changes, jobs: Vec::new() }
    }
}

impl Application {
    /// The person with this address whom an import brought into the organization, if nobody ever signed in as them: whoever is
    /// invited at that address is them, and takes over what they said.
    pub(super) async fn imported(&self, organization: OrganizationId, email: &Email) -> Result<Option<User>, Error> {
        let found = self.store.find_by_email(email).await?;
        let found = found.filter(|user| user.organization_id == organization && user.kind == UserKind::Person);
        let Some(user) = found else { return Ok(None) };
        // With a password they are somebody who was there, and was perhaps shut out.
        Ok(self.store.find_credentials(email).await?.is_none().then_some(user))
    }

    /// An imported person as they are from now on.
    pub(super) fn taken_over(&self, imported: User, person: Person, password: PasswordHash) -> Newcomer {
        let Person { email, handle, display_name, role } = person;
        let guards = vec![Guard::Version(Versioned::User(imported.id), imported.version)];
        let user = User {
            email: Some(email),
            handle,
            display_name,
            role,
            deactivated_at: None,
            version: imported.version + 1,
            updated_at: self.clock.now(),
            ..imported
        };
        let changes = vec![
            Change::User(UserChange::Update(user.clone())),
            Change::User(UserChange::SetPassword(user.id, password)),
        ];
        // Until now they counted as a member nowhere.
        let jobs = vec![self.tell_rooms_job(user.organization_id, Participant::User(user.id), user.updated_at)];
        Newcomer { user, guards, changes, jobs }
    }
}
