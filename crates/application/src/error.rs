use std::time::Duration;

use stead_domain::{
    Invalid,
    ports::{
        object_store::ObjectStoreError,
        store::{Guard, StoreError, UniqueKey},
    },
    scope::Scope,
    user::OrganizationRole,
};

/// What a use case answers when it does not do what was asked. The API has one table from these to HTTP.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was sent is wrong in itself.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// No, a malformed, an expired or a revoked credential; or a wrong password.
    #[error("not authenticated")]
    Unauthenticated,
    /// The caller may not do this; the reason is for them.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// What the caller came with may not be used for this: it lacks the scope.
    #[error("the scope {0} is missing")]
    MissingScope(Scope),
    /// There is no such thing, as far as the caller may know.
    #[error("not found")]
    NotFound,
    /// It does not fit the state things are in.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// What was sent is larger than allowed.
    #[error("too large")]
    TooLarge,
    /// It is not the version that the caller expects.
    #[error("not the expected version")]
    PreconditionFailed,
    /// The caller does this too often.
    #[error("too often: again in {retry_after:?}")]
    RateLimited {
        /// When they may again.
        retry_after: Duration,
    },
    /// The model could not answer.
    #[error("the model could not answer")]
    AiUnavailable {
        /// When trying again may help.
        retry_after: Duration,
        /// What people are told.
        reason: &'static str,
    },
    /// A server of tools cannot be used.
    #[error("the server of tools cannot be used: {reason}")]
    ToolServerUnavailable {
        /// Why, in words for an admin.
        reason: String,
    },
    /// Too much is going on, or the database is away; trying later may help.
    #[error("unavailable")]
    Unavailable(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// Something that should not happen.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field, as the sender wrote it.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// Why something does not fit the state things are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conflict {
    /// Somebody has this e-mail address.
    EmailTaken,
    /// Somebody, or some agent, has this handle.
    HandleTaken,
    /// The organization has one of this name.
    NameTaken,
    /// Too many messages wait in the thread.
    ThreadBusy,
    /// The thread's agent was deleted.
    AgentDeleted,
    /// The organization's default agent cannot be deleted.
    DefaultAgent,
    /// The organization's agents do not answer: an admin has switched them off.
    AiDisabled,
    /// The organization has used what it may of this month's tokens.
    AiBudgetUsedUp,
    /// The organization would be left without an owner.
    LastOwner,
    /// It cannot be changed of a direct channel or of one's own.
    FixedChannel,
    /// The channel has as many members as it may.
    ChannelFull,
    /// The channel would be left without an admin.
    LastAdmin,
    /// The tool call does not wait for approval (any more).
    NotAwaitingApproval,
    /// There is nothing to make a title from.
    ThreadEmpty,
    /// The organization's files have no room for another.
    StorageFull,
    /// The message may no longer be edited, or never.
    EditWindowOver,
    /// As many messages of the channel are pinned as may be.
    TooManyPins,
    /// People have reacted to the message with as many different emoji as they may.
    TooManyReactions,
    /// They do not want to be stood in for, or have no agent of their own.
    NotStoodInFor,
    /// The key was used for another request.
    IdempotencyMismatch,
    /// Others changed it at the same time, several times over.
    TryAgain,
}

impl Error {
    /// One wrong field.
    pub fn invalid(field: &str, problem: Invalid) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), message: problem.0 }])
    }

    /// Something that should not happen, from an error that should not.
    pub fn internal(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(source))
    }
}

/// What is left of the store's errors when the use case has dealt with the guards and keys it expects.
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) => Self::Unavailable(Some(source)),
            StoreError::Internal(source) => Self::Internal(source),
            StoreError::Conflict(UniqueKey::UserEmail) => Self::Conflict(Conflict::EmailTaken),
            StoreError::Conflict(UniqueKey::UserHandle | UniqueKey::AgentHandle) => {
                Self::Conflict(Conflict::HandleTaken)
            }
            StoreError::Conflict(UniqueKey::McpServerName) => Self::Conflict(Conflict::NameTaken),
            // See `Caller::still`.
            StoreError::Refused(Guard::User { at_least: OrganizationRole::Member, .. }) => Self::Unauthenticated,
            StoreError::Refused(Guard::User { .. }) => Self::Forbidden("your role was taken away"),
            StoreError::Conflict(_) | StoreError::Refused(_) => Self::Conflict(Conflict::TryAgain),
        }
    }
}

/// What is left of the object store's errors when the use case has dealt with those of the body.
impl From<ObjectStoreError> for Error {
    fn from(error: ObjectStoreError) -> Self {
        match error {
            ObjectStoreError::Unavailable(source) => Self::Unavailable(Some(source)),
            ObjectStoreError::TooLarge | ObjectStoreError::Body(_) => Self::internal(error),
        }
    }
}
