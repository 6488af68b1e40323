use stead_domain::{
    AgentId, OrganizationId, Timestamp, UserId,
    agent::{
        Agent, AgentKind, Description, Instructions, Knowledge, OwnerVisibility, ToolPolicy, ToolRounds, Visibility,
    },
    organization::Organization,
    ports::store::{AgentChange, Change, Commit, Committed, OrganizationChange, UserChange},
    text::{DisplayName, Email, Handle},
    user::{OrganizationRole, User, UserKind},
};

use super::{Password, SignedIn};
use crate::{Application, Error, idempotency::replayed_without_key};

/// What a newcomer says to found an organization.
#[derive(Debug)]
pub struct Registration {
    /// What it is to be called.
    pub organization_name: DisplayName,
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

impl Application {
    /// Founds an organization: its owner, its default agent `stead`, and the owner's own agent, in one commit; and signs
    /// the owner in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the operator does not want strangers; [`Conflict::EmailTaken`](crate::Conflict::EmailTaken),
    /// [`Conflict::HandleTaken`](crate::Conflict::HandleTaken).
    pub async fn register(&self, registration: Registration) -> Result<SignedIn, Error> {
        if !self.settings.new_organizations {
            return Err(Error::Forbidden("this server does not take new organizations"));
        }
        let Registration { organization_name, email, password, handle, display_name, user_agent } = registration;
        let password = self.passwords.hash(password).await?;
        let now = self.clock.now();
        let default_agent_id = AgentId::new(self.ids.next());
        let organization = Organization {
            id: OrganizationId::new(self.ids.next()),
            name: organization_name,
            default_agent_id,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let user = User {
            id: UserId::new(self.ids.next()),
            organization_id: organization.id,
            kind: UserKind::Person,
            role: OrganizationRole::Owner,
            handle,
            email: Some(email),
            display_name,
            bio: None,
            avatar_url: None,
            deactivated_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let default_agent = default_agent(default_agent_id, organization.id, now)?;
        let own_agent = own_agent(AgentId::new(self.ids.next()), &user, now)?;
        let (session, opening) = self.new_session(&user, user_agent);
        let commit = Commit {
            changes: vec![
                Change::Organization(OrganizationChange::Insert(organization.clone())),
                Change::User(UserChange::Insert(user.clone(), Some(password))),
                Change::Agent(AgentChange::Insert(default_agent)),
                Change::Agent(AgentChange::Insert(own_agent)),
                opening,
            ],
            ..Commit::default()
        };
        match self.commit(commit).await? {
            Committed::Done(_) => self.signed_in(session, user, organization),
            Committed::Replayed(_) => Err(replayed_without_key()),
        }
    }
}

fn default_agent(id: AgentId, organization_id: OrganizationId, now: Timestamp) -> Result<Agent, Error> {
    Ok(Agent {
        handle: Handle::parse("stead").map_err(Error::internal)?,
        display_name: DisplayName::parse("Stead").map_err(Error::internal)?,
        kind: AgentKind::Organization,
        owner_visibility: OwnerVisibility::Metadata,
        ..blank_agent(id, organization_id, now)?
    })
}

/// A user's own agent: it has their handle, and members may talk to it.
fn own_agent(id: AgentId, user: &User, now: Timestamp) -> Result<Agent, Error> {
    let possessive = "'s Agent";
    let room = 100 - possessive.len();
    let name: String = user.display_name.as_str().chars().take(room).collect();
    Ok(Agent {
        handle: user.handle.clone(),
        display_name: DisplayName::parse(name + possessive).map_err(Error::internal)?,
        kind: AgentKind::Personal { owner: user.id },
        owner_visibility: OwnerVisibility::Full,
        ..blank_agent(id, user.organization_id, now)?
    })
}

fn blank_agent(id: AgentId, organization_id: OrganizationId, now: Timestamp) -> Result<Agent, Error> {
    Ok(Agent {
        id,
        organization_id,
        kind: AgentKind::Organization,
        handle: Handle::parse("agent").map_err(Error::internal)?,
        display_name: DisplayName::parse("Agent").map_err(Error::internal)?,
        avatar_url: None,
        description: Description::parse("").map_err(Error::internal)?,
        instructions: Instructions::parse("").map_err(Error::internal)?,
        model: None,
        temperature: None,
        visibility: Visibility::Organization,
        owner_visibility: OwnerVisibility::Metadata,
        knowledge: Knowledge::None,
        tool_policy: ToolPolicy::Ask,
        max_tool_rounds: ToolRounds::DEFAULT,
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    })
}
