use stead_domain::{
    AgentId, Invalid, OrganizationId, UserId,
    invitation::Invitation,
    organization::Organization,
    ports::store::{AgentChange, Change, Commit, Committed, Guard, InvitationChange, OrganizationChange, StoreError},
    text::{DisplayName, Email, Handle},
    user::{OrganizationRole, User, UserKind},
};

use super::{
    Password, SignedIn,
    first_agents::{default_agent, own_agent},
    take_over::Newcomer,
};
use crate::{Application, Conflict, Error, channels::FirstSteps, idempotency::replayed_without_key};

/// What a newcomer says.
#[derive(Debug)]
pub struct Registration {
    /// Where they are to belong.
    pub place: Place,
    /// What they sign in with.
    pub email: Email,
    /// And this.
    pub password: Password,
    /// How others address them.
    pub handle: Handle,
    /// What they are called.
    pub display_name: DisplayName,
    /// Their client, as it names itself.
    pub user_agent: Option<String>,
}

/// Where a newcomer is to belong.
pub enum Place {
    /// A new organization of this name, whose owner they are.
    New(DisplayName),
    /// The organization that this token of an invitation leads to.
    Invited(String),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::New(name) => f.debug_tuple("New").field(name).finish(),
            Self::Invited(_) => f.write_str("Invited(..)"),
        }
    }
}

/// Somebody who is to be made.
pub(super) struct Person {
    pub email: Email,
    pub handle: Handle,
    pub display_name: DisplayName,
    pub role: OrganizationRole,
}

/// Where a newcomer comes in, and what that takes.
struct Entrance {
    organization: Organization,
    role: OrganizationRole,
    invitation: Option<Invitation>,
}

impl Application {
    /// Founds an organization: its owner, its default agent `stead`, its channel `general`, the owner's own agent and their
    /// channel with it, in one commit; or lets somebody who was invited into theirs, with their own agent and channel: where an
    /// import brought a person with the address that was invited, they are that person. Signs them in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the operator does not want strangers to found any; [`Error::Invalid`] for an invitation
    /// that is not good (any more) or names another address; [`Conflict::EmailTaken`](crate::Conflict::EmailTaken),
    /// [`Conflict::HandleTaken`](crate::Conflict::HandleTaken).
    pub async fn register(&self, registration: Registration) -> Result<SignedIn, Error> {
        let Registration { place, email, password, handle, display_name, user_agent } = registration;
        let Entrance { organization, role, invitation } = match place {
            Place::New(name) => self.entrance_of_new(name)?,
            Place::Invited(token) => self.entrance_of_invited(&token, &email).await?,
        };
        let password = self.passwords.hash(password).await?;
        let imported = match &invitation {
            Some(Invitation { email: Some(invited), .. }) => self.imported(organization.id, invited).await?,
            _ => None,
        };
        let person = Person { email, handle, display_name, role };
        let newcomer = match imported {
            Some(imported) => self.taken_over(imported, person, password),
            None => Newcomer::new(self.new_person(organization.id, person), password),
        };
        let user = newcomer.user.clone();
        let (mut guards, mut changes) = (Vec::new(), Vec::new());
        if let Some(invitation) = &invitation {
            let at = user.updated_at;
            guards.push(Guard::Organization(organization.id));
            guards.push(Guard::Invitation { invitation: invitation.id, at });
            changes.push(Change::Invitation(InvitationChange::Use { invitation: invitation.id, by: user.id, at }));
        }
        let (session, opening) = self.new_session(&user, user_agent);
        changes.push(opening);
        let way_in = Commit { guards, changes, ..Commit::default() };
        match self.arrive(way_in, &organization, invitation.is_none(), newcomer).await {
            Ok(Committed::Done(_)) => self.signed_in(session, user, organization),
            Ok(Committed::Replayed(_)) => Err(replayed_without_key()),
            Err(Arrival::Store(StoreError::Refused(Guard::Version(..)))) => Err(Error::Conflict(Conflict::TryAgain)),
            // Somebody else was faster, or it was withdrawn a moment ago.
            Err(Arrival::Store(StoreError::Refused(_))) => Err(invitation_is_over()),
            Err(Arrival::Store(error)) => Err(error.into()),
            Err(Arrival::Other(error)) => Err(error),
        }
    }

    fn entrance_of_new(&self, name: DisplayName) -> Result<Entrance, Error> {
        if !self.settings.new_organizations {
            return Err(Error::Forbidden("this server does not take new organizations"));
        }
        Ok(Entrance { organization: self.new_organization(name), role: OrganizationRole::Owner, invitation: None })
    }

    pub(super) fn new_person(&self, organization_id: OrganizationId, person: Person) -> User {
        let now = self.clock.now();
        User {
            id: UserId::new(self.ids.next()),
            organization_id,
            kind: UserKind::Person,
            role: person.role,
            handle: person.handle,
            email: Some(person.email),
            display_name: person.display_name,
            bio: None,
            avatar: None,
            ai_budget: None,
            deactivated_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Commits what lets a newcomer in with what they are made of: see [`Self::first_steps`]. They join the organization's first
    /// channel, if it is there.
    pub(super) async fn arrive(
        &self,
        way_in: Commit,
        organization: &Organization,
        is_new: bool,
        newcomer: Newcomer,
    ) -> Result<Committed, Arrival> {
        let Newcomer { user, guards: still, changes: entry, jobs } = newcomer;
        let Commit { mut guards, changes: ways, .. } = way_in;
        guards.extend(still);
        let (mut changes, events) = self.first_steps(organization, is_new, &user, entry).await?;
        // What lets them in may refer to them, and they to it.
        changes.extend(ways);
        let mut general = if is_new { None } else { self.general_channel(organization.id, user.id).await? };
        loop {
            let mut commit = Commit { guards: guards.clone(), changes: changes.clone(), ..Commit::default() };
            commit.events.clone_from(&events);
            commit.jobs.clone_from(&jobs);
            if let Some(conversation) = general {
                commit.guards.push(Guard::Channel { organization: organization.id, conversation });
                let (joining, told) = self.joining_general(conversation, &user);
                commit.changes.extend(joining);
                commit.events.extend(told);
            }
            match self.commit(commit).await {
                // It was deleted a moment ago.
                Err(StoreError::Refused(Guard::Channel { .. })) if general.is_some() => general = None,
                answer => return answer.map_err(Arrival::Store),
            }
        }
    }

    /// What a newcomer is made of: themselves, their own agent and their channel with it, and where it is new their organization
    /// with its default agent and its first channel.
    async fn first_steps(
        &self,
        organization: &Organization,
        is_new: bool,
        user: &User,
        entry: Vec<Change>,
    ) -> Result<FirstSteps, Error> {
        let now = user.updated_at;
        let (mut changes, mut events) = (Vec::new(), Vec::new());
        if is_new {
            changes.push(Change::Organization(OrganizationChange::Insert(organization.clone())));
        }
        changes.extend(entry);
        if is_new {
            let agent = default_agent(organization.default_agent_id, organization.id, now)?;
            changes.push(Change::Agent(AgentChange::Insert(agent)));
        }
        let own_agent = own_agent(AgentId::new(self.ids.next()), user, now)?;
        changes.push(Change::Agent(AgentChange::Insert(own_agent.clone())));
        let general = if is_new { Some(self.founding_general(user)?) } else { None };
        let own_channel = self.own_channel_with(user, &own_agent).await?;
        for (steps, told) in general.into_iter().chain([own_channel]) {
            changes.extend(steps);
            events.extend(told);
        }
        Ok((changes, events))
    }

    pub(super) fn new_organization(&self, name: DisplayName) -> Organization {
        let now = self.clock.now();
        Organization {
            id: OrganizationId::new(self.ids.next()),
            name,
            default_agent_id: AgentId::new(self.ids.next()),
            retention: None,
            ai_enabled: true,
            ai_budget: None,
            ai_budget_per_user: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    async fn entrance_of_invited(&self, token: &str, email: &Email) -> Result<Entrance, Error> {
        let id = self.invitation_tokens.read(token).ok_or_else(invitation_is_over)?;
        let invitation = self.store.find_invitation(id).await?;
        let invitation = invitation.filter(|found| found.is_open(self.clock.now())).ok_or_else(invitation_is_over)?;
        if invitation.email.as_ref().is_some_and(|invited| invited != email) {
            return Err(Error::invalid("email", Invalid::new("must be the address that was invited")));
        }
        let organization = self.store.find_organization(invitation.organization_id).await?;
        let organization = organization.ok_or_else(invitation_is_over)?;
        Ok(Entrance { organization, role: invitation.role, invitation: Some(invitation) })
    }
}

/// Why a newcomer was not let in.
pub(super) enum Arrival {
    /// What was committed was refused.
    Store(StoreError),
    /// It did not come to that.
    Other(Error),
}

impl From<Error> for Arrival {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// One answer for every way in which an invitation can be over, or never have been.
fn invitation_is_over() -> Error {
    Error::invalid("invitation", Invalid::new("is not good (any more)"))
}
