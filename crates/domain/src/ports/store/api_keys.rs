use async_trait::async_trait;

use super::StoreError;
use crate::{
    ApiKeyId, OrganizationId, Timestamp, UserId,
    api_key::ApiKey,
    page::{Page, Slice},
    user::User,
};

/// API keys.
#[async_trait]
pub trait ApiKeyQueries: Send + Sync + 'static {
    /// A key, live or not, and its user as they are now; none of a user who was deleted.
    async fn find_api_key(&self, id: ApiKeyId) -> Result<Option<(ApiKey, User)>, StoreError>;

    /// A page of the organization's keys that the viewer may see ([`ApiKey::is_visible_to`]) and that were not revoked,
    /// expired ones included, by id.
    async fn list_api_keys(
        &self,
        organization: OrganizationId,
        viewer: ApiKeyViewer,
        page: Page,
    ) -> Result<Slice<ApiKey>, StoreError>;
}

/// Who looks at keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiKeyViewer {
    /// The user.
    pub user: UserId,
    /// Whether they are an admin.
    pub is_admin: bool,
}

/// A change of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiKeyChange {
    /// Makes it.
    Insert(ApiKey),
    /// Notes that it was used; unchanged if a use was noted less than
    /// [`USE_NOTED_EVERY`](crate::api_key::USE_NOTED_EVERY) before `at`, or after it.
    Touch {
        /// The key.
        key: ApiKeyId,
        /// When.
        at: Timestamp,
    },
    /// Ends it; unchanged if it was ended before.
    Revoke {
        /// The key.
        key: ApiKeyId,
        /// When.
        at: Timestamp,
    },
}
