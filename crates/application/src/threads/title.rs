use stead_domain::{
    ConversationId, OrganizationId,
    message::MessageRole,
    page::{Page, PageLimit, Position},
    ports::{
        llm::{LlmMessage, LlmRequest, Purpose},
        store::{Branches, Guard, MessageFilter, StoreError, ThreadMessage},
    },
    thread::{Thread, Title, TitleSource},
    usage::{Account, UsagePurpose},
};
use uuid::Uuid;

use super::ThreadView;
use crate::{
    Application, Caller, Conflict, Error, TRIES, agents::AgentRef, markdown_words::first_words, metering::Unanswered,
};

/// What a title is made from: the first messages, and so many characters of each.
const MESSAGES: i64 = 6;
const CHARACTERS: usize = 2_000;
/// How long a title we make is at most, in characters.
const TITLE_LENGTH: usize = 80;

const INSTRUCTION: &str = "Give this conversation a title of at most eight words, in its language. \
    Answer with the title alone: one line, no quotation marks, no full stop.";

impl Application {
    /// Titles a thread of the caller's own from its messages, whatever its title was.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Conflict::ThreadEmpty`].
    pub async fn generate_title(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
    ) -> Result<ThreadView, Error> {
        let (thread, _) = self.own_thread(caller, agent, id).await?;
        let title = self.title_from_messages(&thread).await?.ok_or(Error::Conflict(Conflict::ThreadEmpty))?;
        for _ in 0..TRIES {
            let (mut thread, _) = self.own_thread(caller, agent, id).await?;
            thread.title = Some(title.clone());
            thread.title_source = TitleSource::Model;
            match self.save_thread(thread, Some(caller), None).await {
                Ok(_) => return self.thread(caller, agent, id, Branches::Active, 50).await,
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Titles a thread that nobody has given a title. Done again, it does nothing.
    pub(crate) async fn title_if_none(&self, organization: OrganizationId, id: ConversationId) -> Result<(), Error> {
        let untitled = |thread: &Thread| thread.title_source == TitleSource::None;
        let Some(thread) = self.store.find_thread(organization, id).await?.filter(untitled) else { return Ok(()) };
        let Some(title) = self.title_from_messages(&thread).await? else { return Ok(()) };
        for _ in 0..TRIES {
            let found = self.store.find_thread(organization, id).await?.filter(untitled);
            let Some(mut thread) = found else { return Ok(()) };
            thread.title = Some(title.clone());
            thread.title_source = TitleSource::Model;
            match self.save_thread(thread, None, None).await {
                Err(StoreError::Refused(_)) => {}
                saved => return saved.map(drop).map_err(Error::from),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// A title by the model, or, where it fails or may not be asked, the first message's words.
    async fn title_from_messages(&self, thread: &Thread) -> Result<Option<Title>, Error> {
        let limit = PageLimit::parse(MESSAGES).map_err(Error::internal)?;
        let page = Page { position: Position::After(Uuid::nil()), limit };
        let filter = MessageFilter {
            organization: thread.organization_id,
            conversation: thread.id,
            branches: Branches::Active,
            page,
        };
        let messages = self.store.list_messages(filter).await?.items;
        let said = |message: &&ThreadMessage| message.message.role == MessageRole::User;
        let Some(first) = messages.iter().find(said) else { return Ok(None) };
        let agent = self.store.find_agent(thread.organization_id, thread.agent_id).await?;
        let model = agent.and_then(|agent| agent.model).map(|model| model.into_string());
        let title = match self.ask_for_title(thread, model, &messages).await {
            Ok(title) => title,
            Err(Unanswered::NotAllowed(_)) => None,
            Err(error) => {
                tracing::warn!(thread = %thread.id, error = &error as &dyn std::error::Error, "no title from the model");
                None
            }
        };
        let own_words = || Title::fitting(&first_words(&first.message.content, TITLE_LENGTH));
        Ok(title.or_else(own_words).or_else(|| Title::fitting("Untitled")))
    }

    async fn ask_for_title(
        &self,
        thread: &Thread,
        model: Option<String>,
        messages: &[ThreadMessage],
    ) -> Result<Option<Title>, Unanswered> {
        let mut prompt = vec![LlmMessage::System(INSTRUCTION.to_owned())];
        for ThreadMessage { message, .. } in messages.iter().filter(|said| !said.message.content.is_empty()) {
            let content: String = message.content.chars().take(CHARACTERS).collect();
            prompt.push(match message.role {
                MessageRole::User => LlmMessage::User(content),
                MessageRole::Assistant => LlmMessage::Assistant { content, tool_calls: Vec::new() },
                MessageRole::System => LlmMessage::System(content),
            });
        }
        prompt.push(LlmMessage::User(INSTRUCTION.to_owned()));
        let request = LlmRequest {
            model,
            purpose: Purpose::Title,
            messages: prompt,
            tools: Vec::new(),
            temperature: None,
            max_answer_tokens: 200,
        };
        let account = Account {
            organization: thread.organization_id,
            user: Some(thread.user_id),
            agent: Some(thread.agent_id),
            conversation: Some(thread.id),
            purpose: UsagePurpose::Title,
        };
        let completion = self.metered(account).complete(request, 4_096).await?;
        let line = completion.content.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        Ok(Title::fitting(&first_words(line.trim_matches(['"', '“', '”', '\'']), TITLE_LENGTH)))
    }
}
