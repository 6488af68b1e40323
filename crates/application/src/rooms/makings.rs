use stead_domain::{
    agent::Agent,
    organization::Organization,
    ports::{
        llm::LlmMessage,
        store::{Guard, StoreError},
    },
    run::Run,
    usage::UsagePurpose,
};

use crate::{Application, Error, retrieval::Knowledge};

/// What the prompt of an answer in a room is made of.
#[derive(Default)]
pub(crate) struct Makings {
    /// Who answers, and how.
    pub system: String,
    /// What was found that may matter.
    pub knowledge: Knowledge,
    /// What was said, oldest to newest; what is answered comes last.
    pub history: Vec<LlmMessage>,
}

impl Application {
    /// What a run in a room is to be asked. Without history there is nothing to answer any more.
    pub(crate) async fn makings(
        &self,
        run: &Run,
        agent: &Agent,
        organization: &Organization,
        budget: u32,
    ) -> Result<Makings, Error> {
        match run.purpose {
            UsagePurpose::StandIn => self.makings_of_stand_in(run, agent, organization, budget).await,
            UsagePurpose::Persona => self.makings_of_own_room(run, agent, organization, budget).await,
            _ => self.makings_of_agent_in_room(run, agent, organization, budget).await,
        }
    }

    /// What has to hold for an answer to be stored, looked at right before; `None` if it may not be given any more.
    pub(super) async fn may_still_answer(&self, run: &Run) -> Result<Option<Vec<Guard>>, StoreError> {
        match run.purpose {
            UsagePurpose::StandIn | UsagePurpose::Persona => self.stand_in_may_still_answer(run).await,
            _ => self.agent_may_still_answer(run).await,
        }
    }
}
