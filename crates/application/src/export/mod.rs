//! Hands out what an organization has: its people, channels, messages, threads and files, in pages. For who holds the
//! database. Nothing with which somebody could sign in is among it, and nothing that is deleted or no longer kept.
//!
//! It is read while others write: what comes or goes meanwhile may or may not be there.

use stead_domain::{
    AgentId, ConversationId, FileId, MessageId, OrganizationId, UserId,
    agent::Agent,
    channel::Channel,
    file::File,
    membership::Membership,
    organization::Organization,
    page::{Page, PageLimit, Position},
    ports::{
        object_store::{Object, ObjectKey},
        store::{Commit, ExportedMessage, Guard, Pin, UserFilter, WalkThrough},
    },
    thread::Thread,
    user::User,
};
use uuid::Uuid;

use crate::{Application, Error};

/// How many of each are read at once.
const CONVERSATIONS: u32 = 500;
const MESSAGES: u32 = 500;
const FILES: u32 = 500;

/// An organization that is handed out.
pub struct Export {
    application: Application,
    organization: Organization,
}

impl Application {
    /// Begins to hand out an organization, and notes so in its audit log.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such organization.
    pub async fn begin_export(&self, organization: OrganizationId) -> Result<Export, Error> {
        let organization = self.store.find_organization(organization).await?.ok_or(Error::NotFound)?;
        let entry = self.operator_audit(organization.id, "organization.exported", organization.id.uuid());
        let guards = vec![Guard::Organization(organization.id)];
        self.commit(Commit { guards, changes: vec![entry], ..Commit::default() }).await?;
        Ok(Export { application: self.clone(), organization })
    }
}

impl Export {
    /// The organization itself.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// The people after this one, the deactivated and programs too.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn users(&self, after: Option<UserId>) -> Result<Vec<User>, Error> {
        let position = Position::After(after.map_or(Uuid::nil(), UserId::uuid));
        let page = Page { position, limit: PageLimit::MAX };
        let organization = self.organization.id;
        let filter = UserFilter { organization, search: None, with_deactivated: true, page };
        Ok(self.application.store.list_users(filter).await?.items)
    }

    /// An agent, deleted or not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>, Error> {
        Ok(self.application.store.find_agent(self.organization.id, id).await?)
    }

    /// The channels after this one, of every kind.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn channels(&self, after: Option<ConversationId>) -> Result<Vec<Channel>, Error> {
        Ok(self.application.store.export_channels(self.organization.id, after, CONVERSATIONS).await?)
    }

    /// Who is in a channel.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn members(&self, channel: ConversationId) -> Result<Vec<Membership>, Error> {
        Ok(self.application.store.export_members(channel).await?)
    }

    /// What is pinned in a channel.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn pins(&self, channel: ConversationId) -> Result<Vec<Pin>, Error> {
        let nobody = UserId::new(Uuid::nil());
        Ok(self.application.store.list_pins(self.organization.id, channel, nobody).await?)
    }

    /// The threads after this one.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn threads(&self, after: Option<ConversationId>) -> Result<Vec<Thread>, Error> {
        Ok(self.application.store.export_threads(self.organization.id, after, CONVERSATIONS).await?)
    }

    /// The files that are attached to a thread itself.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn thread_files(&self, thread: ConversationId) -> Result<Vec<File>, Error> {
        Ok(self.application.store.thread_files(thread).await?)
    }

    /// The messages of a channel or thread after this one, tombstones too.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn messages(
        &self,
        conversation: ConversationId,
        after: Option<MessageId>,
    ) -> Result<Vec<ExportedMessage>, Error> {
        Ok(self.application.store.export_messages(conversation, after, MESSAGES).await?)
    }

    /// The files after this one.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn files(&self, after: Option<FileId>) -> Result<Vec<FileId>, Error> {
        let through = WalkThrough::Organization(self.organization.id);
        let found = self.application.store.walk_files(through, after, FILES).await?;
        Ok(found.into_iter().map(|file| file.file).collect())
    }

    /// What is known of a file; `None` if it went meanwhile.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn file(&self, id: FileId) -> Result<Option<File>, Error> {
        Ok(self.application.store.find_file(self.organization.id, id).await?)
    }

    /// The bytes of a file; `None` if they are not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn bytes(&self, file: FileId) -> Result<Option<Object>, Error> {
        let key = ObjectKey::file(self.organization.id, file);
        Ok(self.application.objects.get(&key, None).await?)
    }
}
