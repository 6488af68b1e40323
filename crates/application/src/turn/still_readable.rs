use std::collections::HashSet;

use stead_domain::{
    agent::AgentKind,
    ports::{read_gate::Readers, store::StoreError},
    run::Run,
    source::{Source, SourceId},
};

use super::{answer::Answer, engine::is_in_room, finish::Ending};
use crate::Application;

impl Application {
    /// Whether all who will read an answer may still read all that it was made from: asked right before it is stored. Between
    /// its prompt and its end somebody may have been removed from where a part of it was said, or that part deleted.
    pub(crate) async fn may_still_be_read(&self, run: &Run, sources: &[Source]) -> Result<bool, StoreError> {
        if sources.is_empty() {
            return Ok(true);
        }
        let readers = self.readers_of_answer(run).await?;
        self.are_all_readable(&readers, sources).await
    }

    /// Whether these readers may read all of these sources now, in whatever version.
    pub(crate) async fn are_all_readable(&self, readers: &Readers, sources: &[Source]) -> Result<bool, StoreError> {
        let asked: HashSet<SourceId> = sources.iter().map(|source| source.id).collect();
        Ok(self.readable_sources(readers, &asked).await?.len() == asked.len())
    }

    /// Who is in the conversation; the owner of a personal agent reads along in its threads.
    async fn readers_of_answer(&self, run: &Run) -> Result<Readers, StoreError> {
        let organization = run.organization_id;
        if !is_in_room(run)
            && let Some(agent) = self.store.find_agent(organization, run.agent_id).await?
            && let AgentKind::Personal { owner } = agent.kind
        {
            let both = Readers::all_of(organization, [owner, run.requested_by]);
            return both.map_err(|error| StoreError::Internal(Box::new(error)));
        }
        Ok(Readers::members_of(organization, run.conversation_id))
    }
}

impl Answer {
    /// Without its text, which not all who would read it may read.
    pub(super) fn withdrawn(&self) -> Self {
        let nothing = Self { content: String::new(), last_text: String::new(), sources: Vec::new(), ..self.clone() };
        match self.ending {
            Ending::Completed => Self { ending: Ending::Cancelled, ..nothing },
            _ => nothing,
        }
    }
}
