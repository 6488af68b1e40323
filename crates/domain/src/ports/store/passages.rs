use async_trait::async_trait;

use super::StoreError;
use crate::{ConversationId, FileId, MessageId, OrganizationId, file::File, passage::Passage};

/// The passages of files. Whoever asks has made sure that the file may be read.
#[async_trait]
pub trait PassageQueries: Send + Sync + 'static {
    /// The files that an answer to this message of the conversation may use: those attached to the thread itself, in their
    /// order, then those attached to the message and to those before it on its branch that are not deleted, the newest
    /// message's first; each once, at most 100. None of a conversation that is deleted.
    async fn files_for_answers(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
        answered: MessageId,
    ) -> Result<Vec<File>, StoreError>;

    /// How many tokens the passages of each of these files have together; files without passages are not there.
    async fn passage_tokens(&self, files: &[FileId]) -> Result<Vec<(FileId, i64)>, StoreError>;

    /// Up to `limit` passages of a file, from number `from` on, in their order.
    async fn list_passages(&self, file: FileId, from: i32, limit: u32) -> Result<Vec<Passage>, StoreError>;

    /// The passages of a file with these numbers, in their order; those that are not there are left out.
    async fn find_passages(&self, file: FileId, numbers: &[i32]) -> Result<Vec<Passage>, StoreError>;
}

/// A change of a file's passages. They go with their file.
#[derive(Debug, Clone, PartialEq)]
pub enum PassageChange {
    /// Writes passages, replacing those of the same numbers; unchanged if the file is not there, or there are none to write.
    Put {
        /// The organization of the file.
        organization: OrganizationId,
        /// The file.
        file: FileId,
        /// The passages, with numbers that follow one another.
        passages: Vec<Passage>,
    },
    /// Removes those with this number or a higher one; unchanged if there is none.
    CutAt {
        /// The file.
        file: FileId,
        /// The first number that goes.
        n: i32,
    },
}
