use stead_domain::{
    ConversationId,
    file::File,
    page::{Page, Slice},
    ports::store::{FileFilter, FilesOf},
};

use crate::{Application, Caller, Error};

impl Application {
    /// A page of the files that are attached in a conversation that the caller may read, or, without one, of those that
    /// they uploaded.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such conversation for them.
    pub async fn files(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        page: Page,
    ) -> Result<Slice<File>, Error> {
        let of = match conversation {
            None => FilesOf::Uploader(caller.user),
            Some(id) if self.may_read_messages_of(caller, id).await? => FilesOf::Conversation(id),
            Some(_) => return Ok(Slice { items: Vec::new(), has_older: false, has_newer: false }),
        };
        Ok(self.store.list_files(FileFilter { organization: caller.organization, of, page }).await?)
    }
}
