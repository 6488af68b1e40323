use stead_domain::{
    ports::store::{Guard, StoreError},
    run::Run,
    usage::UsagePurpose,
};

use crate::{Application, Error};

impl Application {
    /// What has to hold for an answer in somebody's stead to be stored, asked right before: they are still away and want it,
    /// both are still there, and what is answered was not deleted. `None` if it may not be given any more.
    pub(crate) async fn stand_in_may_still_answer(&self, run: &Run) -> Result<Option<Vec<Guard>>, StoreError> {
        let (organization, conversation) = (run.organization_id, run.conversation_id);
        let Some(agent) = self.store.find_agent(organization, run.agent_id).await? else { return Ok(None) };
        let Some(owner) = agent.owner() else { return Ok(None) };
        let mut guards = vec![Guard::Member { conversation, user: run.requested_by }];
        if run.purpose == UsagePurpose::StandIn {
            let Some(user) = self.store.find_user(organization, owner).await? else { return Ok(None) };
            let persona = self.persona_of(organization, owner).await.map_err(as_store_error)?;
            let Some(room) = self.store.find_channel(organization, conversation, owner).await? else { return Ok(None) };
            let may = self.is_stood_in_for(&user).await.map_err(as_store_error)?
                && self.may_answer_here(&room.channel, &persona).await.map_err(as_store_error)?;
            if !may {
                return Ok(None);
            }
            guards.push(Guard::Member { conversation, user: owner });
            // Answers that are written at the same time were all within it when they were asked for.
            let (since, max) = (self.clock.now().start_of_day(), persona.answers_a_day.get());
            guards.push(Guard::StandInRoom { organization, user: owner, since, max });
        }
        guards.push(Guard::Agent { organization, agent: run.agent_id });
        guards.push(Guard::Message { conversation, message: run.trigger_message_id });
        Ok(Some(guards))
    }
}

/// What fails while this is asked is tried again as the commit itself is.
fn as_store_error(error: Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}
