use stead_domain::{
    agent::Agent,
    message::{MessageRole, MessageStatus},
    organization::Organization,
    page::{Page, PageLimit, Position},
    ports::{
        llm::{LlmMessage, LlmRequest, Purpose},
        store::{MessageFilter, ThreadMessage},
    },
    run::Run,
};

use super::tokens::estimate;
use crate::{Application, Error};

/// Raised when the wording or the make-up of the prompt changes: a run says which it used.
pub const PROMPT_VERSION: i32 = 1;
/// What a message costs beside its text.
const PER_MESSAGE: u32 = 4;

/// A prompt that fits, or none.
pub enum Prompt {
    /// What to ask the model, and how many tokens that is by our estimate.
    Fits(LlmRequest, u32),
    /// The instructions and the message that is answered are too long by themselves.
    TooLong,
}

impl Application {
    /// What the model is asked in a run: the agent's instructions, then the active branch, newest first until the budget is
    /// full, up to the message that is answered, which is always there, as it was written.
    pub(super) async fn prompt(&self, run: &Run, agent: &Agent, organization: &Organization) -> Result<Prompt, Error> {
        let answer = run.answer_message_id.unwrap_or_else(|| stead_domain::MessageId::new(uuid::Uuid::max()));
        let system = instructions(agent, organization);
        let mut left = self.settings.context_tokens.saturating_sub(self.settings.answer_tokens);
        let budget = left;
        left = left.saturating_sub(estimate(&system) + PER_MESSAGE);
        let mut newest_first = Vec::new();
        let mut before = answer.uuid();
        'pages: loop {
            let page = Page { position: Position::Before(before), limit: PageLimit::DEFAULT };
            let filter = MessageFilter { organization: run.organization_id, conversation: run.conversation_id, page };
            let slice = self.store.list_messages(filter).await?;
            let Some(oldest) = slice.items.first().map(|oldest| oldest.message.id.uuid()) else { break };
            for said in slice.items.into_iter().rev() {
                let Some(message) = as_llm_message(said) else { continue };
                let cost = estimate(text_of(&message)) + PER_MESSAGE;
                if cost > left {
                    break 'pages;
                }
                left -= cost;
                newest_first.push(message);
            }
            if !slice.has_older {
                break;
            }
            before = oldest;
        }
        if newest_first.is_empty() {
            return Ok(Prompt::TooLong);
        }
        let mut messages = vec![LlmMessage::System(system)];
        messages.extend(newest_first.into_iter().rev());
        let request = LlmRequest {
            model: agent.model.clone().map(|model| model.into_string()),
            purpose: Purpose::Answer,
            messages,
            tools: Vec::new(),
            temperature: agent.temperature.or(self.settings.temperature),
            max_answer_tokens: self.settings.answer_tokens,
        };
        Ok(Prompt::Fits(request, budget - left))
    }
}

fn instructions(agent: &Agent, organization: &Organization) -> String {
    let name = agent.display_name.as_str();
    let mut text = format!("You are {name}, an agent of {}. Answer in Markdown.", organization.name.as_str());
    for part in [agent.description.as_str(), agent.instructions.as_str()] {
        if !part.is_empty() {
            text.push_str("\n\n");
            text.push_str(part);
        }
    }
    text
}

/// A message as the model sees it. An answer that failed or was stopped before its first word is not there; the message
/// it was to answer stays.
fn as_llm_message(said: ThreadMessage) -> Option<LlmMessage> {
    let message = said.message;
    let unfinished = matches!(message.status, MessageStatus::Queued | MessageStatus::Streaming);
    if message.content.is_empty() || unfinished {
        return None;
    }
    Some(match message.role {
        MessageRole::User => LlmMessage::User(message.content),
        MessageRole::Assistant => LlmMessage::Assistant { content: message.content, tool_calls: Vec::new() },
        MessageRole::System => LlmMessage::System(message.content),
    })
}

fn text_of(message: &LlmMessage) -> &str {
    match message {
        LlmMessage::System(text) | LlmMessage::User(text) | LlmMessage::Assistant { content: text, .. } => text,
        LlmMessage::Tool { content, .. } => content,
    }
}
