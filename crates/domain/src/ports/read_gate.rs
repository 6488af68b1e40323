//! The port through which everything passes that is found rather than opened: what an index or a model names is shown,
//! or put in a prompt, only if those who read the answer may read it now.

use async_trait::async_trait;

use super::{store::StoreError, text_extractor::Place};
use crate::{
    AgentId, ConversationId, FileId, Invalid, MessageId, OrganizationId, Readable, Timestamp, UserId,
    file::FileName,
    message::{Author, MessageRole},
};

/// Answers what all of an answer's readers may read, with the texts as they are now. It has no fake.
///
/// # Contract
/// - A message is given if it is of the readers' organization, which is not deleted; if neither it nor its conversation nor
///   the user who wrote it, or in whose stead it was written, is deleted, it is no older than its organization keeps
///   messages, it is not being written any more, and every reader is a member of its conversation who has not left. Of a
///   thread about a channel every reader must be that of the channel too, which is not deleted either.
/// - A file, or a passage of one, is given if every reader uploaded it, or is such a member of a conversation in which the
///   thread itself, or a message that could be given (whoever wrote it), has it.
/// - A reader who is deleted, deactivated or of another organization reads nothing, and so nobody does.
/// - Of a candidate with a version only that version is given: what an index knows of another one says nothing about the
///   text of now.
/// - What is not given is not there, for whatever reason. The order is that of the candidates; a candidate that is there
///   twice is given twice.
/// - It takes one statement for each kind and 500 candidates.
#[async_trait]
pub trait ReadGate: Send + Sync + 'static {
    /// Those of these messages that all readers may read.
    async fn readable_messages(
        &self,
        readers: &Readers,
        candidates: &[MessageCandidate],
    ) -> Result<Vec<Readable<MessageText>>, StoreError>;

    /// Those of these passages that all readers may read.
    async fn readable_passages(
        &self,
        readers: &Readers,
        candidates: &[PassageCandidate],
    ) -> Result<Vec<Readable<PassageText>>, StoreError>;

    /// Those of these files that all readers may read: what is known of each, without its passages.
    async fn readable_files(
        &self,
        readers: &Readers,
        candidates: &[FileCandidate],
    ) -> Result<Vec<Readable<FileText>>, StoreError>;
}

/// Who reads an answer, and from where it may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readers {
    organization: OrganizationId,
    who: Who,
    within: Option<Vec<ConversationId>>,
}

/// The readers themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// These users: one at least, each once.
    Users(Vec<UserId>),
    /// The users who are members of this conversation now, as far as they are neither deleted nor deactivated. Without
    /// any, nothing is readable.
    MembersOf(ConversationId),
}

impl Readers {
    /// How many users may be named one by one.
    pub const MOST: usize = 1_000;

    /// One user.
    pub fn one(organization: OrganizationId, user: UserId) -> Self {
        Self { organization, who: Who::Users(vec![user]), within: None }
    }

    /// These users, each of whom will read it.
    ///
    /// # Errors
    /// There are none, or too many.
    pub fn all_of(organization: OrganizationId, users: impl IntoIterator<Item = UserId>) -> Result<Self, Invalid> {
        let mut users: Vec<UserId> = users.into_iter().collect();
        users.sort_unstable();
        users.dedup();
        if users.is_empty() {
            return Err(Invalid::new("nobody would read it"));
        }
        if users.len() > Self::MOST {
            return Err(Invalid::new(format!("must be at most {} readers", Self::MOST)));
        }
        Ok(Self { organization, who: Who::Users(users), within: None })
    }

    /// Everybody who is in a conversation.
    pub fn members_of(organization: OrganizationId, conversation: ConversationId) -> Self {
        Self { organization, who: Who::MembersOf(conversation), within: None }
    }

    /// The same readers, but only what lies in these conversations: where there are none, nothing.
    #[must_use]
    pub fn within(self, conversations: impl IntoIterator<Item = ConversationId>) -> Self {
        Self { within: Some(conversations.into_iter().collect()), ..self }
    }

    /// Their organization.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Who they are.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// Where it must lie; anywhere where absent.
    pub fn conversations(&self) -> Option<&[ConversationId]> {
        self.within.as_deref()
    }
}

/// A message that an index or a model named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageCandidate {
    /// The message.
    pub id: MessageId,
    /// The version that was found; any where absent.
    pub version: Option<i64>,
}

/// A passage that an index named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PassageCandidate {
    /// The file.
    pub file: FileId,
    /// The passage's number in it.
    pub n: i32,
    /// The version of the file that was found; any where absent.
    pub version: Option<i64>,
}

/// A file that an index or a model named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileCandidate {
    /// The file.
    pub id: FileId,
    /// The version that was found; any where absent.
    pub version: Option<i64>,
}

/// A message as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageText {
    /// The message.
    pub id: MessageId,
    /// Its version.
    pub version: i64,
    /// Where it was said.
    pub said_in: SaidIn,
    /// Who said it.
    pub author: Author,
    /// What the author is called; none for Stead itself, and for somebody who is no longer there.
    pub author_name: Option<String>,
    /// What it is to a model.
    pub role: MessageRole,
    /// Whether a model wrote it.
    pub from_ai: bool,
    /// The text, Markdown.
    pub content: String,
    /// In a channel: the message it replies to.
    pub reply_to_id: Option<MessageId>,
    /// In a thread: the message before it on its branch.
    pub branch_parent_id: Option<MessageId>,
    /// Whether it is on the branch that is shown and continued.
    pub active: bool,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When its text was last edited.
    pub edited_at: Option<Timestamp>,
}

/// Where a message was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SaidIn {
    /// In a channel of any kind.
    Channel(ConversationId),
    /// In a thread with an agent.
    Thread {
        /// The thread.
        thread: ConversationId,
        /// The agent.
        agent: AgentId,
        /// The channel that it is about.
        about: Option<ConversationId>,
    },
}

impl SaidIn {
    /// The conversation.
    pub fn conversation(self) -> ConversationId {
        match self {
            Self::Channel(conversation) | Self::Thread { thread: conversation, .. } => conversation,
        }
    }
}

/// A passage of a file as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageText {
    /// The file.
    pub file: FileText,
    /// The passage's number in it.
    pub n: i32,
    /// Where in the document it begins.
    pub place: Place,
    /// What it says.
    pub text: String,
    /// About how many tokens that is.
    pub tokens: i32,
}

/// What is known of a file as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    /// The file.
    pub id: FileId,
    /// Its version.
    pub version: i64,
    /// What it is called.
    pub name: FileName,
    /// What it is: a media type.
    pub content_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// Who brought it.
    pub uploaded_by: UserId,
    /// What it says, in a few sentences.
    pub summary: Option<String>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId::new(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn nobody_is_no_audience() {
        let organization = OrganizationId::new(uuid::Uuid::nil());
        assert!(Readers::all_of(organization, []).is_err());
        assert!(Readers::all_of(organization, (0..1_001).map(user)).is_err());
        assert!(Readers::all_of(organization, (0..1_000).map(user)).is_ok());
    }

    #[test]
    fn a_reader_counts_once() {
        let organization = OrganizationId::new(uuid::Uuid::nil());
        let readers = Readers::all_of(organization, [user(2), user(1), user(2)]).unwrap();
        assert_eq!(readers.who(), &Who::Users(vec![user(1), user(2)]));
    }
}
