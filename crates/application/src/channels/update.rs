use stead_domain::{
    AgentId, ConversationId, Invalid,
    agent::AgentKind,
    channel::{AgentPersonality, ChannelKind, ChannelName, Topic},
    event::EventKind,
    ports::store::{Change, ChannelChange, ChannelView, Commit, Guard, StoreError, UniqueKey, Versioned},
};

use super::{
    access::{looks_after, not_fixed, refused},
    events::channel_event,
};
use crate::{Application, Caller, Conflict, Error, Expected, TRIES, agents::AgentRef};

/// What changes of a channel; what is absent stays, `Some(None)` clears.
#[derive(Debug, Clone, Default)]
pub struct ChannelPatch {
    /// What it is called.
    pub name: Option<ChannelName>,
    /// Whether it is for its members alone.
    pub private: Option<bool>,
    /// What it is about.
    pub topic: Option<Topic>,
    /// Who answers its sidebar.
    pub agent_id: Option<Option<AgentId>>,
    /// How that agent is to be here.
    pub agent_personality: Option<Option<AgentPersonality>>,
}

impl Application {
    /// Changes a channel. Of a direct channel, and of one's own, every member changes what it is about and how its agent is to
    /// be, and nobody anything else.
    ///
    /// # Errors
    /// [`Error::NotFound`], of an agent too; [`Error::Forbidden`]; [`Error::Invalid`] for somebody's own agent;
    /// [`Error::PreconditionFailed`]; [`Conflict::NameTaken`]; [`Conflict::FixedChannel`] for what it cannot have.
    pub async fn update_channel(
        &self,
        caller: &Caller,
        id: ConversationId,
        expected: Expected,
        patch: ChannelPatch,
    ) -> Result<ChannelView, Error> {
        for _ in 0..TRIES {
            let view = self.channel(caller, id).await?;
            let right = may_set_up(caller, &view)?;
            fits(&view, &patch)?;
            let version = view.channel.version;
            expected.check(version)?;
            let mut guards = vec![caller.still_there(), Guard::Version(Versioned::Channel(id), version), right];
            let mut channel = view.channel;
            if let Some(agent) = patch.agent_id.filter(|agent| *agent != channel.agent_id) {
                if let Some(agent) = agent {
                    self.agent_of_organization(caller, agent, "agent_id").await?;
                    guards.push(Guard::Agent { organization: caller.organization, agent });
                }
                channel.agent_id = agent;
            }
            channel.name = patch.name.clone().or(channel.name);
            if let Some(private) = patch.private {
                channel.kind = if private { ChannelKind::Private } else { ChannelKind::Public };
            }
            channel.topic = patch.topic.clone().unwrap_or(channel.topic);
            channel.agent_personality = patch.agent_personality.clone().unwrap_or(channel.agent_personality);
            channel.version += 1;
            channel.updated_at = self.clock.now();
            let commit = Commit {
                guards,
                events: vec![channel_event(&channel, EventKind::ChannelUpdated)],
                changes: vec![Change::Channel(ChannelChange::Update(channel))],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(_) => return self.channel(caller, id).await,
                Err(StoreError::Conflict(UniqueKey::ConversationKey)) => {
                    return Err(Error::Conflict(Conflict::NameTaken));
                }
                Err(StoreError::Refused(Guard::Version(..))) => {}
                Err(error) => return Err(refused(caller, error)),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// An agent that everyone in the organization may talk to.
    pub(super) async fn agent_of_organization(
        &self,
        caller: &Caller,
        id: AgentId,
        field: &str,
    ) -> Result<stead_domain::agent::Agent, Error> {
        let agent = self.agent(caller, AgentRef::Id(id)).await?;
        match agent.kind {
            AgentKind::Organization if agent.deleted_at.is_none() => Ok(agent),
            AgentKind::Organization => Err(Error::NotFound),
            AgentKind::Personal { .. } => {
                Err(Error::invalid(field, Invalid::new("must be an agent of the organization")))
            }
        }
    }
}

fn may_set_up(caller: &Caller, view: &ChannelView) -> Result<Guard, Error> {
    if view.channel.kind.is_fixed() && view.role.is_some() {
        return Ok(Guard::Member { conversation: view.channel.id, user: caller.user });
    }
    looks_after(caller, view)
}

/// Only what has a name can be called something, or be closed; nobody but its owner's agent answers in one's own channel.
fn fits(view: &ChannelView, patch: &ChannelPatch) -> Result<(), Error> {
    let kind = view.channel.kind;
    let renames = patch.name.is_some() || patch.private.is_some();
    if (renames && !kind.is_named()) || (patch.agent_id.is_some() && kind == ChannelKind::Assistant) {
        return Err(Error::Conflict(Conflict::FixedChannel));
    }
    not_fixed(view).or_else(|error| if renames { Err(error) } else { Ok(()) })
}
