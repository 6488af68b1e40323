use stead_domain::{
    ConversationId, MemberId, OrganizationId, UserId,
    agent::Agent,
    channel::{Channel, ChannelKind, ChannelName, ConversationKey, MemberRole, Topic},
    event::{EventKind, NewEvent},
    membership::{Membership, Participant},
    ports::store::{Change, ChannelChange, ChannelView},
    user::User,
};

use super::events::{channel_event, for_user, member_event};
use crate::{Application, Error};

/// What the channel is called that every organization begins with, and that every newcomer joins as long as it is there.
const GENERAL: &str = "general";

/// Changes, and what others are told of them.
pub(crate) type FirstSteps = (Vec<Change>, Vec<NewEvent>);

impl Application {
    /// The channel that newcomers of an organization join, if it is there and they are not in it.
    pub(crate) async fn general_channel(
        &self,
        organization: OrganizationId,
        newcomer: UserId,
    ) -> Result<Option<ConversationId>, Error> {
        let key = ConversationKey::Name(ChannelName::parse(GENERAL).map_err(Error::internal)?);
        let view = self.store.find_channel_by_key(organization, &key, newcomer).await?;
        let to_join = |view: &ChannelView| view.channel.kind == ChannelKind::Public && view.role.is_none();
        Ok(view.filter(to_join).map(|view| view.channel.id))
    }

    /// A newcomer joins that channel.
    pub(crate) fn joining_general(&self, general: ConversationId, user: &User) -> FirstSteps {
        let participant = Participant::User(user.id);
        let membership = Membership {
            id: MemberId::new(self.ids.next()),
            organization_id: user.organization_id,
            conversation_id: general,
            participant,
            role: MemberRole::Member,
            joined_at: user.updated_at,
        };
        let event = member_event(user.organization_id, general, participant, EventKind::MemberAdded, user.updated_at);
        (vec![Change::Channel(ChannelChange::PutMember(membership))], vec![event])
    }

    /// The founder of an organization makes that channel and looks after it.
    pub(crate) fn founding_general(&self, founder: &User) -> Result<FirstSteps, Error> {
        let name = ChannelName::parse(GENERAL).map_err(Error::internal)?;
        let channel = self.first_channel(founder, ChannelKind::Public, Some(name.clone()), None)?;
        let first = vec![self.membership(&channel, Participant::User(founder.id), MemberRole::Admin)];
        let event = channel_event(&channel, EventKind::ChannelCreated);
        let key = Some(ConversationKey::Name(name));
        Ok((vec![Change::Channel(ChannelChange::Insert(channel, key, first))], vec![event]))
    }

    /// The channel of somebody who comes in with their own agent. Who was here before they could sign in may have one, without an
    /// agent: nobody else can change it.
    pub(crate) async fn own_channel_with(&self, user: &User, agent: &Agent) -> Result<FirstSteps, Error> {
        let key = ConversationKey::Assistant(user.id);
        let Some(view) = self.store.find_channel_by_key(user.organization_id, &key, user.id).await? else {
            return self.own_channel(user, Some(agent));
        };
        let channel = Channel {
            agent_id: Some(agent.id),
            version: view.channel.version + 1,
            updated_at: user.updated_at,
            ..view.channel
        };
        let event = for_user(channel_event(&channel, EventKind::ChannelUpdated), user.id);
        let member = self.membership(&channel, Participant::Agent(agent.id), MemberRole::Member);
        let changes = vec![ChannelChange::Update(channel), ChannelChange::PutMember(member)];
        Ok((changes.into_iter().map(Change::Channel).collect(), vec![event]))
    }

    /// Somebody's channel with their own agent.
    pub(crate) fn own_channel(&self, user: &User, agent: Option<&Agent>) -> Result<FirstSteps, Error> {
        let channel = self.first_channel(user, ChannelKind::Assistant, None, agent)?;
        let agent = agent.map(|agent| Participant::Agent(agent.id));
        let first = [Participant::User(user.id)].into_iter().chain(agent);
        let first = first.map(|participant| self.membership(&channel, participant, MemberRole::Member)).collect();
        let event = for_user(channel_event(&channel, EventKind::ChannelCreated), user.id);
        let key = Some(ConversationKey::Assistant(user.id));
        Ok((vec![Change::Channel(ChannelChange::Insert(channel, key, first))], vec![event]))
    }

    fn first_channel(
        &self,
        user: &User,
        kind: ChannelKind,
        name: Option<ChannelName>,
        agent: Option<&Agent>,
    ) -> Result<Channel, Error> {
        let now = self.clock.now();
        Ok(Channel {
            id: ConversationId::new(self.ids.next()),
            organization_id: user.organization_id,
            kind,
            name,
            topic: Topic::parse("").map_err(Error::internal)?,
            agent_id: agent.map(|agent| agent.id),
            agent_personality: None,
            created_by: user.id,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}
