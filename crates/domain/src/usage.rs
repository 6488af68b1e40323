//! What models have used: for what, on whose account, how many tokens, for how much money.

use crate::{AgentId, ConversationId, OrganizationId, Timestamp, UserId, run::Usage};

/// What a model was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UsagePurpose {
    /// The answer to a message in a thread, or to a mention of an agent.
    Turn,
    /// A thread's title.
    Title,
    /// What a file says, in a few sentences.
    FileSummary,
    /// What a picture shows.
    FileDescription,
    /// What is said in a recording.
    Transcript,
    /// What texts mean, so that they are found.
    Embedding,
    /// What happened in a channel or a thread.
    Summary,
    /// The answer to a question to a channel.
    Assistant,
    /// The answer to a message in a person's stead.
    StandIn,
    /// A person's talk with their own agent.
    Persona,
}

impl UsagePurpose {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Turn,
        Self::Title,
        Self::FileSummary,
        Self::FileDescription,
        Self::Transcript,
        Self::Embedding,
        Self::Summary,
        Self::Assistant,
        Self::StandIn,
        Self::Persona,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Title => "title",
            Self::FileSummary => "file_summary",
            Self::FileDescription => "file_description",
            Self::Transcript => "transcript",
            Self::Embedding => "embedding",
            Self::Summary => "summary",
            Self::Assistant => "assistant",
            Self::StandIn => "stand_in",
            Self::Persona => "persona",
        }
    }
}

/// On whose account a model is asked, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// The organization that pays.
    pub organization: OrganizationId,
    /// Who asked for it, or brought what it is about; nobody where the house works for all.
    pub user: Option<UserId>,
    /// The agent that it is done for.
    pub agent: Option<AgentId>,
    /// The conversation that it is done in.
    pub conversation: Option<ConversationId>,
    /// What for.
    pub purpose: UsagePurpose,
}

/// What one question to a model used, where it is not a run's: those are entered with the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageEntry {
    /// Its id: the same is entered once.
    pub id: uuid::Uuid,
    /// On whose account.
    pub account: Account,
    /// How much.
    pub usage: Usage,
    /// When it was asked.
    pub at: Timestamp,
}

/// By what usage is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageBy {
    /// Who asked.
    User,
    /// Which agent.
    Agent,
    /// In which conversation.
    Conversation,
    /// What for.
    Purpose,
}

/// What usage is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageKey {
    /// Of this user; of nobody where absent.
    User(Option<UserId>),
    /// Of this agent; of none where absent.
    Agent(Option<AgentId>),
    /// Of this conversation; of none where absent.
    Conversation(Option<ConversationId>),
    /// For this.
    Purpose(UsagePurpose),
}
