use stead_domain::{
    ConversationId, FileId, Invalid, MessageId,
    ports::store::{Attach, Change, FileChange, Guard, StoreError},
};

use crate::{Caller, Error};

/// Adds to a commit that these files are attached to a message, or to a thread itself. They must be there, and the caller
/// must be somebody who may read them, when it lands.
pub(crate) fn attach(
    caller: &Caller,
    conversation: ConversationId,
    message: Option<MessageId>,
    files: &[FileId],
) -> Option<(Guard, Change)> {
    if files.is_empty() {
        return None;
    }
    let (organization, files) = (caller.organization, files.to_vec());
    let guard = Guard::Files { organization, user: caller.user, files: files.clone() };
    Some((guard, Change::File(FileChange::Attach(Attach { organization, conversation, message, files }))))
}

/// What to answer where such a commit was refused for its files.
pub(crate) fn not_attachable(error: &StoreError) -> Option<Error> {
    match error {
        StoreError::Refused(Guard::Files { .. }) => {
            Some(Error::invalid("file_ids", Invalid::new("must be the ids of files that you may read")))
        }
        _ => None,
    }
}
