use stead_domain::{
    AgentId, MessageId,
    agent::AgentKind,
    channel::ChannelKind,
    job::ClaimedJob,
    message::{Author, Message},
    usage::UsagePurpose,
};

use super::RoomTurn;
use crate::{Application, Error, jobs::End};

impl Application {
    /// Has an agent answer a message of a person in a room that it is in. What an agent says is answered by none.
    pub(crate) async fn agent_is_to_answer(
        &self,
        job: &ClaimedJob,
        message: MessageId,
        agent: AgentId,
    ) -> Result<End, Error> {
        let organization = job.organization_id;
        let Some(said) = self.to_be_answered(job, message).await? else { return Ok(End::Due) };
        let Author::User(asker) = said.author else { return Ok(End::Due) };
        let room = self.store.find_channel(organization, said.conversation_id, asker).await?;
        let found = self.store.find_agent(organization, agent).await?.filter(|agent| agent.deleted_at.is_none());
        let (Some(room), Some(agent)) = (room, found) else { return Ok(End::Due) };
        if self.store.find_members(vec![(said.conversation_id, agent.id.uuid())]).await?.is_empty() {
            return Ok(End::Due);
        }
        let purpose = match (room.channel.kind, &agent.kind) {
            (ChannelKind::Assistant, _) => UsagePurpose::Persona,
            (_, AgentKind::Organization) => UsagePurpose::Turn,
            // A person's agent is in no room but theirs.
            (_, AgentKind::Personal { .. }) => return Ok(End::Due),
        };
        let turn = RoomTurn {
            organization,
            conversation: said.conversation_id,
            agent: &agent,
            requested_by: asker,
            trigger: message,
            purpose,
        };
        self.answer_in_room(turn, job).await
    }

    /// The message that a job is about, if it is there and a person's.
    pub(crate) async fn to_be_answered(&self, job: &ClaimedJob, id: MessageId) -> Result<Option<Message>, Error> {
        let said = self.store.find_message(job.organization_id, id).await?.map(|said| said.message);
        Ok(said.filter(|said| said.deleted_at.is_none() && !said.from_ai))
    }
}
