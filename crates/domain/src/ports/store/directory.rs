use async_trait::async_trait;

use super::StoreError;
use crate::{
    InvitationId, OrganizationId, Timestamp, UserId,
    invitation::Invitation,
    page::{Page, Slice},
    session::Session,
    text::{Handle, Text},
    user::{Profile, User},
};

/// What is looked for among the members: 1 to 100 characters.
pub type UserSearch = Text<1, 100>;

/// Lists of an organization's people, their sign-ins and its invitations.
#[async_trait]
pub trait DirectoryQueries: Send + Sync + 'static {
    /// A page of the organization's users, by id. Deleted ones are not there.
    async fn list_users(&self, filter: UserFilter) -> Result<Slice<User>, StoreError>;

    /// What anybody may know of the person with this handle, on the whole server. Services, and people who are
    /// deactivated or deleted, have no profile.
    async fn find_profile(&self, handle: &Handle) -> Result<Option<Profile>, StoreError>;

    /// A page of the user's sessions that are live at this time, by id.
    async fn list_sessions(&self, user: UserId, live_at: Timestamp, page: Page) -> Result<Slice<Session>, StoreError>;

    /// An invitation into an organization that is not deleted, open or not.
    async fn find_invitation(&self, id: InvitationId) -> Result<Option<Invitation>, StoreError>;

    /// A page of the organization's invitations that are open at this time, by id.
    async fn list_invitations(
        &self,
        organization: OrganizationId,
        open_at: Timestamp,
        page: Page,
    ) -> Result<Slice<Invitation>, StoreError>;
}

/// Which users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// Only those whose handle or display name holds this, in any case.
    pub search: Option<UserSearch>,
    /// Whether the deactivated are among them.
    pub with_deactivated: bool,
    /// Which part, how many.
    pub page: Page,
}
