use stead_domain::{
    AgentId, JobId, MessageId, UserId,
    channel::{ChannelKind, Mention},
    job::{NewJob, Task},
    message::{Author, Message},
    ports::store::Sender,
    status::{PresenceViewer, SeenPresence},
};

use crate::{Application, Error};

/// For how many of those who are mentioned in one message somebody stands in, and how many agents answer it.
const MOST_ANSWERS: usize = 10;

impl Application {
    /// Who is asked to answer to a post, by jobs that are durable with it: the agent of one's own room, agents that are
    /// mentioned, and the stand-ins of those who are away, the other of two or whoever is mentioned. Whether they do is decided
    /// when it is their turn. To what an agent says nobody answers.
    pub(super) async fn answers_to(
        &self,
        sender: &Sender,
        said: &Message,
        mentions: &[Mention],
    ) -> Result<Vec<NewJob>, Error> {
        let Author::User(author) = said.author else { return Ok(Vec::new()) };
        let (agents, people) = match sender.kind {
            ChannelKind::Assistant => (self.agent_of_own_room(said, author).await?, Vec::new()),
            ChannelKind::Direct => (Vec::new(), self.other_of_two(said, author).await?),
            ChannelKind::Public | ChannelKind::Private | ChannelKind::Group => mentioned(mentions, author),
        };
        let mut tasks: Vec<Task> = Vec::new();
        tasks.extend(agents.into_iter().map(|agent| Task::AnswerInRoom { message: said.id, agent }));
        tasks.extend(self.gone_of(said, people).await?.into_iter().map(|user| stand_in(said.id, user)));
        tasks.truncate(MOST_ANSWERS);
        let job = |task| NewJob {
            id: JobId::new(self.ids.next()),
            organization_id: said.organization_id,
            task,
            run_at: said.created_at,
        };
        Ok(tasks.into_iter().map(job).collect())
    }

    async fn agent_of_own_room(&self, said: &Message, owner: UserId) -> Result<Vec<AgentId>, Error> {
        let agent = self.own_agent_of(said.organization_id, owner).await?;
        Ok(agent.map(|agent| agent.id).into_iter().collect())
    }

    async fn other_of_two(&self, said: &Message, author: UserId) -> Result<Vec<UserId>, Error> {
        let members = self.store.member_users(said.conversation_id).await?;
        let users = members.into_iter().filter_map(|membership| membership.participant.user());
        Ok(users.filter(|user| *user != author).take(1).collect())
    }

    /// Those who are not there. Where that cannot be told they are taken for being there.
    async fn gone_of(&self, said: &Message, people: Vec<UserId>) -> Result<Vec<UserId>, Error> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        match self.presences(said.organization_id, &people, PresenceViewer::Others).await {
            Ok(seen) => Ok(seen.into_iter().filter(SeenPresence::is_gone).map(|seen| seen.user_id).collect()),
            Err(Error::Unavailable(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

fn stand_in(message: MessageId, user: UserId) -> Task {
    Task::StandIn { message, user }
}

fn mentioned(mentions: &[Mention], author: UserId) -> (Vec<AgentId>, Vec<UserId>) {
    let (mut agents, mut people) = (Vec::new(), Vec::new());
    for mention in mentions {
        match *mention {
            Mention::Agent(agent) if !agents.contains(&agent) => agents.push(agent),
            Mention::User(user) if user != author && !people.contains(&user) => people.push(user),
            Mention::Agent(_) | Mention::User(_) | Mention::Channel | Mention::Here => {}
        }
    }
    people.truncate(MOST_ANSWERS);
    (agents, people)
}
