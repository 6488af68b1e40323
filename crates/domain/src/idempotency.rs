//! Idempotency: a request that is sent again has one effect.

use std::time::Duration;

use uuid::Uuid;

use crate::{Invalid, OrganizationId, Timestamp, UserId};

/// How long a key is remembered.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Who sent a key, and to which operation: the same key elsewhere is another key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyScope {
    /// The sender's organization.
    pub organization_id: OrganizationId,
    /// The sender.
    pub user_id: UserId,
    /// Method and path, like `POST /agents`.
    pub operation: String,
    /// The key.
    pub key: IdempotencyKey,
}

/// 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Accepts what fits.
    ///
    /// # Errors
    /// It is empty, too long or not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let printable = text.bytes().all(|b| (0x20..=0x7e).contains(&b));
        if text.is_empty() || text.len() > 255 || !printable {
            return Err(Invalid::new("must have 1 to 255 printable ASCII characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A SHA-256 over the request in canonical form.
pub type Fingerprint = [u8; 32];

/// What a request with a key made. Never a body: a repeat reads the resource again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Who, where, which key.
    pub scope: IdempotencyScope,
    /// What was asked.
    pub fingerprint: Fingerprint,
    /// The id of what was made: an agent, a thread, or a run.
    pub subject_id: Uuid,
    /// When.
    pub created_at: Timestamp,
}
