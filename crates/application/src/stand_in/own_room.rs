use std::time::Duration;

use stead_domain::{
    ConversationId,
    agent::Agent,
    message::Author,
    organization::Organization,
    ports::{llm::LlmMessage, read_gate::Readers, vector_store::VectorPlace},
    run::Run,
};

use crate::{
    Application, Error,
    retrieval::{Question, fenced},
    rooms::{Makings, Recent},
};

/// How much of the talk with one's own agent it remembers by itself.
const RECENT: Recent = Recent { messages: 60, within: Duration::from_secs(30 * 24 * 60 * 60) };
/// How many of one's sidebar conversations it may look into.
const SIDEBARS: u32 = 200;

impl Application {
    /// To its owner, in their own room, an agent talks as itself, and may use all that they may read: the channels they are
    /// in and what they asked in sidebars, but for what they leave out.
    pub(crate) async fn makings_of_own_room(
        &self,
        run: &Run,
        agent: &Agent,
        organization: &Organization,
        budget: u32,
    ) -> Result<Makings, Error> {
        let owner = run.requested_by;
        let readers = Readers::one(run.organization_id, owner);
        let said = self.said_in_room(&readers, run.conversation_id, RECENT).await?;
        let persona = self.persona_of(run.organization_id, owner).await?;
        let called = self.store.find_user(run.organization_id, owner).await?;
        let called = called.map(|user| user.display_name.as_str().to_owned()).unwrap_or_default();
        let system = instructions(agent, organization, &called);
        let Some(asked) = self.asked_in_room(&readers, &said, run.trigger_message_id).await? else {
            return Ok(Makings { system, ..Makings::default() });
        };
        let rooms = self.store.memberships_of(run.organization_id, owner).await?;
        let rooms = rooms.into_iter().map(|(membership, _)| membership.conversation_id);
        let sidebars = self.store.newest_threads_of(run.organization_id, owner, true, SIDEBARS).await?;
        let may_use = |conversation: &ConversationId| persona.may_use(*conversation);
        let mut places: Vec<VectorPlace> = rooms.filter(may_use).map(VectorPlace::Channel).collect();
        let sidebars = sidebars.into_iter().filter(|(_, channel)| channel.as_ref().is_none_or(may_use));
        places.extend(sidebars.map(|(thread, _)| VectorPlace::Thread(thread)));
        let question = Question {
            leave_out: said.iter().map(|said| said.id).chain([run.trigger_message_id]).collect(),
            ..Question::new(&asked, readers, owner, places, run.account())
        };
        let knowledge = self.knowledge(&question, budget).await?;
        let history = said
            .iter()
            .map(|said| match said.author {
                Author::User(_) => LlmMessage::User(said.content.clone()),
                Author::Agent { .. } | Author::System => {
                    LlmMessage::Assistant { content: said.content.clone(), tool_calls: Vec::new() }
                }
            })
            .collect();
        let history = crate::rooms::ending_with_a_person(history);
        Ok(Makings { system, knowledge, history })
    }
}

fn instructions(agent: &Agent, organization: &Organization, owner: &str) -> String {
    let (name, house) = (fenced(agent.display_name.as_str()), fenced(organization.name.as_str()));
    let owner = fenced(owner);
    let mut text = format!(
        "You are {name}, the personal agent of {owner} at {house}. You are alone with {owner}: be warm and personal, call \
         them by their name now and then, and remember what the two of you talked about. Answer in Markdown, briefly. What \
         {owner} may read you may use; nobody else sees this conversation."
    );
    if !agent.instructions.as_str().is_empty() {
        text.push_str("\n\n");
        text.push_str(agent.instructions.as_str());
    }
    text
}
