use async_trait::async_trait;

use super::StoreError;
use crate::{
    ConversationId, FileId, MessageId, OrganizationId, UserId,
    file::{File, FileStatus},
    page::{Page, Slice},
};

/// Files, and who may read them.
#[async_trait]
pub trait FileQueries: Send + Sync + 'static {
    /// A file of the organization, whoever may read it: for work on the file itself, never for an answer to somebody.
    async fn find_file(&self, organization: OrganizationId, id: FileId) -> Result<Option<File>, StoreError>;

    /// A file that this reader may read, and by what right.
    ///
    /// Its uploader may; and the members of a conversation that is not deleted may, if the file is attached to its thread
    /// or to a message in it that is not deleted ([`FileRight::Reader`]). Besides them those who may read the messages of
    /// such a thread as overseers, as [`oversight`](crate::thread::oversight) says ([`FileRight::Overseer`]).
    async fn find_readable_file(&self, reader: FileReader, id: FileId)
    -> Result<Option<(File, FileRight)>, StoreError>;

    /// A page of files, by id.
    async fn list_files(&self, filter: FileFilter) -> Result<Slice<File>, StoreError>;

    /// The files that are attached to a thread itself, in their order; none of a deleted one.
    async fn thread_files(&self, thread: ConversationId) -> Result<Vec<File>, StoreError>;

    /// How many bytes the organization's files have together.
    async fn size_of_files(&self, organization: OrganizationId) -> Result<u64, StoreError>;

    /// Which of these files there are, in any organization.
    async fn files_that_exist(&self, files: &[FileId]) -> Result<Vec<FileId>, StoreError>;

    /// Up to `limit` files that nobody uses any more since this was deleted, by id; none where it is not deleted.
    async fn unused_files(&self, left_by: LeftBy, limit: u32) -> Result<Vec<FileId>, StoreError>;
}

/// Who looks at files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileReader {
    /// Their organization.
    pub organization: OrganizationId,
    /// The user.
    pub user: UserId,
    /// Whether they oversee every thread of the organization.
    pub oversees_all: bool,
}

/// By what right somebody reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRight {
    /// It is theirs, or it lies in a conversation of theirs.
    Reader,
    /// They oversee a thread that it lies in.
    Overseer,
}

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// Whose, or where.
    pub of: FilesOf,
    /// Which part, how many.
    pub page: Page,
}

/// Whose files, or where they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilesOf {
    /// Those that this user uploaded.
    Uploader(UserId),
    /// Those attached to this conversation, which is not deleted, or to messages in it that are not deleted.
    Conversation(ConversationId),
}

/// Something deleted that leaves files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftBy {
    /// A conversation: the files attached in it that are attached nowhere else. (An attachment in another conversation
    /// counts as long as neither that nor the message is deleted.)
    Conversation(ConversationId),
    /// A user: the files that they uploaded, or that are attached in their threads, and that are attached nowhere else
    /// than in their threads and to their own messages.
    User(UserId),
    /// An organization: all of its files.
    Organization(OrganizationId),
}

/// A change of a file, or of what it is attached to.
#[derive(Debug, Clone, PartialEq)]
pub enum FileChange {
    /// Stores what is known of it. Guard the room for it before.
    Insert(File),
    /// Notes how far it is understood, and what it says; raises its version. Unchanged if it is not there.
    Understood {
        /// The file.
        file: FileId,
        /// How far.
        status: FileStatus,
        /// What it says, in a few sentences.
        summary: Option<String>,
    },
    /// Attaches files, each at most once, to what has none. Guard them before ([`Guard::Files`](super::Guard::Files)).
    Attach(Attach),
    /// Removes it with all its attachments; unchanged if it is not there.
    Delete(FileId),
    /// The same if nobody uses it any more, as [`FileQueries::unused_files`] says; unchanged if somebody does.
    DeleteUnused {
        /// The file.
        file: FileId,
        /// What was deleted.
        left_by: LeftBy,
    },
}

/// Files that are attached to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attach {
    /// The organization of all of them.
    pub organization: OrganizationId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The message in it; without: the thread itself.
    pub message: Option<MessageId>,
    /// The files, in their order.
    pub files: Vec<FileId>,
}
