use stead_domain::{
    AgentId, ConversationId,
    channel::{MOST_MEMBERS, MemberRole},
    event::EventKind,
    membership::Participant,
    ports::store::{Change, ChannelChange, ChannelMember, Commit, Guard, MemberEntity, Versioned},
};

use super::{
    access::{looks_after, not_fixed, refused},
    events::{member_event, removed},
};
use crate::{Application, Caller, Error};

impl Application {
    /// Makes an agent of the organization a member of a channel: it answers there when it is mentioned.
    ///
    /// # Errors
    /// [`Error::NotFound`], of the agent too; [`Error::Invalid`] for somebody's own agent; [`Error::Forbidden`];
    /// [`Conflict::FixedChannel`](crate::Conflict::FixedChannel); [`Conflict::ChannelFull`](crate::Conflict::ChannelFull).
    pub async fn put_channel_agent(
        &self,
        caller: &Caller,
        id: ConversationId,
        agent: AgentId,
    ) -> Result<ChannelMember, Error> {
        let view = self.channel(caller, id).await?;
        if view.role.is_some() {
            not_fixed(&view)?;
        }
        let right = looks_after(caller, &view)?;
        let entity = self.agent_of_organization(caller, agent, "agent_id").await?;
        if let Some(member) = self.store.find_members(vec![(id, agent.uuid())]).await?.pop() {
            return Ok(member);
        }
        let membership = self.membership(&view.channel, Participant::Agent(agent), MemberRole::Member);
        let (kind, at) = (EventKind::MemberAdded, membership.joined_at);
        let commit = Commit {
            guards: vec![
                caller.still_there(),
                right,
                Guard::Agent { organization: caller.organization, agent },
                Guard::Version(Versioned::Channel(id), view.channel.version),
                Guard::MemberRoom { conversation: id, more: 1, max: MOST_MEMBERS },
            ],
            changes: vec![Change::Channel(ChannelChange::PutMember(membership))],
            events: vec![member_event(caller.organization, id, membership.participant, kind, at)],
            ..Commit::default()
        };
        self.commit(commit).await.map_err(|error| refused(caller, error))?;
        let member = self.store.find_members(vec![(id, agent.uuid())]).await?.pop();
        Ok(member.unwrap_or(ChannelMember { membership, who: MemberEntity::Agent(Box::new(entity)) }))
    }

    /// An agent is no longer in a channel.
    ///
    /// # Errors
    /// [`Error::NotFound`], also if it is no member; [`Error::Forbidden`];
    /// [`Conflict::FixedChannel`](crate::Conflict::FixedChannel).
    pub async fn remove_channel_agent(&self, caller: &Caller, id: ConversationId, agent: AgentId) -> Result<(), Error> {
        let view = self.channel(caller, id).await?;
        if view.role.is_some() {
            not_fixed(&view)?;
        }
        let right = looks_after(caller, &view)?;
        if self.store.find_members(vec![(id, agent.uuid())]).await?.is_empty() {
            return Err(Error::NotFound);
        }
        let (now, participant) = (self.clock.now(), Participant::Agent(agent));
        let commit = Commit {
            guards: vec![caller.still_there(), right],
            changes: vec![Change::Channel(ChannelChange::RemoveMember { channel: id, participant, at: now })],
            events: removed(caller.organization, id, participant, now).collect(),
            ..Commit::default()
        };
        self.commit(commit).await.map_err(|error| refused(caller, error))?;
        Ok(())
    }
}
