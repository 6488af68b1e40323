use stead_domain::{
    UserId,
    channel::ConversationKey,
    message::Content,
    ports::llm::{LlmMessage, LlmRequest, Purpose},
    source::{Source, numbers_cited},
    usage::{Account, UsagePurpose},
    user::UserKind,
};

use super::{
    makings::{StandIn, as_owner_sees},
    scope::Scope,
};
use crate::{Application, Caller, Conflict, Error, rooms::Recent};

/// The longest answer, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// What somebody's agent would answer in their stead.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The answer, Markdown.
    pub content: String,
    /// What stood in the prompt, and what of it the answer points at.
    pub sources: Vec<Source>,
    /// Only words counted where that was looked up.
    pub is_degraded: bool,
}

impl Application {
    /// What a member's agent would answer the caller in their stead, in the conversation of the two. Nothing is sent, and it
    /// does not matter whether they are away. From oneself one hears what others would hear who share all of one's channels.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Conflict::NotStoodInFor`] where they do not want it; [`Conflict::AiDisabled`],
    /// [`Conflict::AiBudgetUsedUp`]; [`Error::AiUnavailable`] where the model fails.
    pub async fn preview_stand_in(&self, caller: &Caller, owner: UserId, message: Content) -> Result<Preview, Error> {
        let organization = caller.organization;
        let owner = self.store.find_user(organization, owner).await?.ok_or(Error::NotFound)?;
        self.require_ai(organization, Some(caller.user)).await?;
        let persona = self.persona_of(organization, owner.id).await?;
        let agent = self.own_agent_of(organization, owner.id).await?;
        let is_stood_in_for = persona.enabled && owner.kind == UserKind::Person && owner.deactivated_at.is_none();
        let agent = agent.filter(|_| is_stood_in_for).ok_or(Error::Conflict(Conflict::NotStoodInFor))?;
        let house = self.store.find_organization(organization).await?.ok_or(Error::NotFound)?;
        let is_oneself = owner.id == caller.user;
        let room = match is_oneself {
            true => ConversationKey::Assistant(owner.id),
            false => ConversationKey::Direct(owner.id, caller.user),
        };
        let room = self.store.find_channel_by_key(organization, &room, caller.user).await?;
        let mut scope = self.scope_between(caller, owner.id, &persona).await?;
        // What one says to one's agent is told to nobody else.
        let own = room.as_ref().filter(|_| is_oneself).map(|room| room.channel.id);
        scope.conversations.retain(|conversation| Some(*conversation) != own);
        let room = room.filter(|_| !is_oneself);
        let recent = Recent { messages: persona.history.messages(), within: persona.history.within() };
        let said = match &room {
            Some(room) => self.said_in_room(&scope.readers, room.channel.id, recent).await?,
            None => Vec::new(),
        };
        let account = Account {
            organization,
            user: Some(caller.user),
            agent: Some(agent.id),
            conversation: None,
            purpose: UsagePurpose::Persona,
        };
        let stand_in = StandIn {
            owner: &owner,
            agent: &agent,
            persona: &persona,
            organization: &house,
            room: room.as_ref().map(|room| &room.channel),
            asker: caller.user,
        };
        let known = said.iter().map(|said| said.id).collect();
        let budget = self.settings.context_tokens.saturating_sub(self.settings.answer_tokens);
        let (system, knowledge) =
            self.told_of_stand_in(&stand_in, &scope, message.as_str(), known, account, budget).await?;
        let mut messages = vec![LlmMessage::System(system)];
        messages.extend(knowledge.text.map(LlmMessage::System));
        messages.extend(said.iter().map(|said| as_owner_sees(said, owner.id)));
        messages.push(LlmMessage::User(message.into_string()));
        let request = LlmRequest {
            model: agent.model.clone().map(|model| model.into_string()),
            purpose: Purpose::Answer,
            messages,
            tools: Vec::new(),
            temperature: agent.temperature.or(self.settings.temperature),
            max_answer_tokens: self.settings.answer_tokens,
        };
        let answer = self.metered(account).complete(request, MAX_ANSWER).await?;
        // Somebody may have been removed from where a part of it was said, while the model wrote.
        if !self.are_all_readable(&scope.readers, &knowledge.sources).await? {
            return Err(Error::Conflict(Conflict::TryAgain));
        }
        let cited = numbers_cited(&answer.content);
        let sources = knowledge.sources.into_iter().map(|source| Source { cited: cited.contains(&source.n), ..source });
        Ok(Preview { content: answer.content, sources: sources.collect(), is_degraded: knowledge.is_degraded })
    }

    async fn scope_between(
        &self,
        caller: &Caller,
        owner: UserId,
        persona: &stead_domain::persona::Persona,
    ) -> Result<Scope, Error> {
        let organization = caller.organization;
        let readers = stead_domain::ports::read_gate::Readers::all_of(organization, [owner, caller.user]);
        let mut conversations = self.store.shared_channels(organization, owner, caller.user).await?;
        conversations.retain(|conversation| persona.may_use(*conversation));
        Ok(Scope { readers: readers.map_err(Error::internal)?, conversations })
    }
}
