use stead_domain::{
    MessageId, OrganizationId, UserId,
    agent::Agent,
    channel::{Channel, ChannelKind, ConversationKey},
    job::ClaimedJob,
    message::Author,
    persona::Persona,
    status::{PresenceViewer, SeenPresence, StatusMode, UserStatus},
    usage::UsagePurpose,
    user::{User, UserKind},
};

use crate::{Application, Error, jobs::End, rooms::RoomTurn};

impl Application {
    /// Has somebody's agent answer a message in their stead, if they are away and want that.
    pub(crate) async fn stand_in_is_to_answer(
        &self,
        job: &ClaimedJob,
        message: MessageId,
        owner: UserId,
    ) -> Result<End, Error> {
        let organization = job.organization_id;
        let Some(said) = self.to_be_answered(job, message).await? else { return Ok(End::Due) };
        // What an agent says, or a person's stand-in, is answered by nobody's: no two of them ever talk to each other.
        let Author::User(asker) = said.author else { return Ok(End::Due) };
        if asker == owner {
            return Ok(End::Due);
        }
        let Some(user) = self.store.find_user(organization, owner).await? else { return Ok(End::Due) };
        let room = self.store.find_channel(organization, said.conversation_id, owner).await?;
        let Some(room) = room.filter(|room| room.role.is_some()) else { return Ok(End::Due) };
        let persona = self.persona_of(organization, owner).await?;
        if !self.is_stood_in_for(&user).await? || !self.may_answer_here(&room.channel, &persona).await? {
            return Ok(End::Due);
        }
        let Some(agent) = self.own_agent_of(organization, owner).await? else { return Ok(End::Due) };
        let turn = RoomTurn {
            organization,
            conversation: said.conversation_id,
            agent: &agent,
            requested_by: asker,
            trigger: message,
            purpose: UsagePurpose::StandIn,
        };
        self.answer_in_room(turn, job).await
    }

    /// Whether somebody is away, and wants to be stood in for. Where it cannot be told they are taken for being there.
    pub(crate) async fn is_stood_in_for(&self, user: &User) -> Result<bool, Error> {
        let seen = match self.presences(user.organization_id, &[user.id], PresenceViewer::Others).await {
            Ok(mut seen) => seen.pop(),
            Err(Error::Unavailable(_)) => None,
            Err(error) => return Err(error),
        };
        match seen.filter(SeenPresence::is_gone) {
            Some(seen) => self.wants_a_stand_in(user, &seen.set).await,
            None => Ok(false),
        }
    }

    /// Whether somebody would be stood in for if they were away: they have not switched it off, nor do they want to be left
    /// in peace, and they have an agent of their own.
    pub(crate) async fn wants_a_stand_in(&self, user: &User, set: &UserStatus) -> Result<bool, Error> {
        let may = user.kind == UserKind::Person && user.deactivated_at.is_none();
        if !may || !set.ai_replies || set.mode == StatusMode::DoNotDisturb {
            return Ok(false);
        }
        Ok(self.persona_of(user.organization_id, user.id).await?.enabled)
    }

    /// Whether one may be stood in for in this room now: it is not left out, not too soon, not too often.
    pub(super) async fn may_answer_here(&self, room: &Channel, persona: &Persona) -> Result<bool, Error> {
        if !persona.may_use(room.id) || room.kind == ChannelKind::Assistant {
            return Ok(false);
        }
        let now = self.clock.now();
        let cooldown =
            if room.kind == ChannelKind::Direct { persona.cooldown } else { persona.mention_cooldown }.duration();
        if !cooldown.is_zero() {
            let last = self.store.last_stood_in(persona.user_id, room.id).await?;
            if last.is_some_and(|last| now.since(last) < cooldown) {
                return Ok(false);
            }
        }
        let most = persona.answers_a_day.get();
        let counted = u32::try_from(most).unwrap_or(u32::MAX);
        let given = self.store.times_stood_in(persona.user_id, now.start_of_day(), counted).await?;
        Ok(given < most)
    }

    /// A person's own agent: the one in their room with it.
    pub(crate) async fn own_agent_of(
        &self,
        organization: OrganizationId,
        owner: UserId,
    ) -> Result<Option<Agent>, Error> {
        let key = ConversationKey::Assistant(owner);
        let Some(room) = self.store.find_channel_by_key(organization, &key, owner).await? else { return Ok(None) };
        let Some(agent) = room.channel.agent_id else { return Ok(None) };
        let agent = self.store.find_agent(organization, agent).await?;
        Ok(agent.filter(|agent| agent.deleted_at.is_none() && agent.owner() == Some(owner)))
    }
}
