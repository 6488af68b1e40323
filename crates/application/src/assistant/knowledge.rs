use stead_domain::{
    ConversationId, UserId,
    agent::{Agent, AgentKind, Knowledge as AgentKnowledge},
    message::Message,
    ports::{read_gate::Readers, vector_store::VectorPlace},
    run::Run,
    thread::Thread,
};

use super::FROM_USER;
use crate::{
    Application, Error,
    retrieval::{Knowledge, Question, fenced},
};

/// What an agent in a thread is told beside the thread itself.
#[derive(Default)]
pub(crate) struct Beside {
    /// What its instructions end with.
    pub instructions: String,
    /// What was looked up.
    pub knowledge: Knowledge,
}

impl Application {
    /// What is looked up for an answer in a thread: beside a channel, in that channel; else, for an agent that may, in the
    /// channels that everybody who reads the thread is in. Again for every turn.
    pub(crate) async fn beside_thread(&self, run: &Run, agent: &Agent, budget: u32) -> Result<Beside, Error> {
        let is_sidebar_or_knows = run.purpose == stead_domain::usage::UsagePurpose::Assistant
            || agent.knowledge == AgentKnowledge::SharedChannels;
        if !is_sidebar_or_knows {
            return Ok(Beside::default());
        }
        let thread = self.store.find_thread(run.organization_id, run.conversation_id).await?;
        let asked = self.store.find_message(run.organization_id, run.trigger_message_id).await?;
        let (Some(thread), Some(asked)) = (thread, asked) else { return Ok(Beside::default()) };
        match thread.channel_id {
            Some(channel) => self.beside_channel(run, &thread, channel, &asked.message, budget).await,
            None => self.in_shared_channels(run, agent, &asked.message, budget).await,
        }
    }

    async fn beside_channel(
        &self,
        run: &Run,
        thread: &Thread,
        channel: ConversationId,
        asked: &Message,
        budget: u32,
    ) -> Result<Beside, Error> {
        let organization = run.organization_id;
        let room = self.store.find_channel(organization, channel, thread.user_id).await?;
        let Some(room) = room.filter(|room| room.role.is_some()) else { return Ok(Beside::default()) };
        let name = room.shown_name().unwrap_or_default();
        let mut instructions =
            format!("\n\nYou are asked about the channel \"{}\" by one of its members.", fenced(&name));
        if !room.channel.topic.as_str().is_empty() {
            instructions.push_str(&format!(" It is about: {}", fenced(room.channel.topic.as_str())));
        }
        if let Some(personality) = &room.channel.agent_personality {
            instructions.push_str("\n\n");
            instructions.push_str(personality.as_str());
        }
        let readers = Readers::one(organization, thread.user_id);
        let knowledge = self.looked_up(run, asked, readers, vec![VectorPlace::Channel(channel)], budget).await?;
        if knowledge.text.is_none() {
            instructions.push_str(
                "\n\nNothing that was said or shared in the channel seems to matter to this question: say so.",
            );
        }
        Ok(Beside { instructions, knowledge })
    }

    async fn in_shared_channels(
        &self,
        run: &Run,
        agent: &Agent,
        asked: &Message,
        budget: u32,
    ) -> Result<Beside, Error> {
        let (organization, asker) = (run.organization_id, run.requested_by);
        let (readers, channels) = match agent.kind {
            // Its owner may read along.
            AgentKind::Personal { owner } => {
                let readers = Readers::all_of(organization, [owner, asker]).map_err(Error::internal)?;
                let mut channels = self.store.shared_channels(organization, owner, asker).await?;
                let persona = self.persona_of(organization, owner).await?;
                channels.retain(|channel| persona.may_use(*channel));
                (readers, channels)
            }
            AgentKind::Organization => {
                let mine = self.store.memberships_of(organization, asker).await?;
                let named = mine.iter().map(|(mine, _)| (mine.conversation_id, agent.id.uuid())).take(1_000).collect();
                let both = self.store.find_members(named).await?;
                let channels = both.into_iter().map(|member| member.membership.conversation_id).collect();
                (Readers::one(organization, asker), channels)
            }
        };
        let places = channels.into_iter().map(VectorPlace::Channel).collect();
        let knowledge = self.looked_up(run, asked, readers, places, budget).await?;
        Ok(Beside { instructions: String::new(), knowledge })
    }

    async fn looked_up(
        &self,
        run: &Run,
        asked: &Message,
        readers: Readers,
        places: Vec<VectorPlace>,
        budget: u32,
    ) -> Result<Knowledge, Error> {
        let author = asked.metadata.value().get(FROM_USER).and_then(|user| user.as_str());
        let author = author.and_then(|user| user.parse::<UserId>().ok());
        let question = Question {
            author,
            leave_out: vec![asked.id],
            ..Question::new(&asked.content, readers, run.requested_by, places, run.account())
        };
        self.knowledge(&question, budget).await
    }
}
