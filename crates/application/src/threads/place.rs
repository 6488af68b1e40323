use stead_domain::{
    ConversationId, Invalid, MessageId, OrganizationId, Timestamp,
    branch::Branch,
    event::{EventKind, NewEvent},
    ports::store::{Change, Guard, MessageChange, ThreadMessage},
    thread::Thread,
};

use super::create::thread_event;
use crate::{Application, Error};

/// Where in a thread a new message goes.
pub(crate) struct Place {
    /// The message before it.
    pub before: Option<MessageId>,
    /// What must still hold when it gets there. Guard the thread before it.
    pub guard: Guard,
    /// Makes the branch that it continues the active one, if that is another.
    pub change: Option<Change>,
}

impl Place {
    /// After a message, whichever branch it is on.
    pub(crate) fn after(conversation: ConversationId, message: MessageId) -> Self {
        let branch = Branch::EndingAt(message);
        Self {
            before: Some(message),
            guard: Guard::Message { conversation, message },
            change: Some(Change::Message(MessageChange::Activate { conversation, branch })),
        }
    }

    /// What those who follow the thread are told beside its new messages: another branch is shown.
    pub(crate) fn event(&self, thread: &Thread, at: Timestamp) -> Option<NewEvent> {
        self.change.as_ref().map(|_| NewEvent { at, ..thread_event(thread, EventKind::ThreadUpdated) })
    }
}

impl Application {
    /// The place after a message that is named, or else at the end of the active branch.
    ///
    /// # Errors
    /// [`Error::Invalid`] if that message is not of this thread.
    pub(crate) async fn place_after(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
        named: Option<MessageId>,
    ) -> Result<Place, Error> {
        let newest = self.store.newest_message(conversation).await?;
        match named.filter(|named| newest != Some(*named)) {
            Some(named) => {
                let there = self.message_of(organization, conversation, named).await?;
                there.ok_or_else(|| not_of_this_thread("parent_id"))?;
                Ok(Place::after(conversation, named))
            }
            None => {
                let guard = Guard::Newest { conversation, message: newest };
                Ok(Place { before: newest, guard, change: None })
            }
        }
    }

    /// A message, if it is of this conversation.
    pub(crate) async fn message_of(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
        id: MessageId,
    ) -> Result<Option<ThreadMessage>, Error> {
        let found = self.store.find_message(organization, id).await?;
        Ok(found.filter(|found| found.message.conversation_id == conversation))
    }
}

/// A field names a message that is somewhere else, or nowhere.
pub(crate) fn not_of_this_thread(field: &'static str) -> Error {
    Error::invalid(field, Invalid::new("must be a message of this thread"))
}
