//! What can go wrong below the port, and what of it the port says.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use stead_domain::{
    Invalid,
    ports::store::{Guard, StoreError, UniqueKey},
};

/// A failure inside a job on a connection.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// A guard of a commit does not hold.
    #[error("refused by {0:?}")]
    Refused(Guard),
    /// A unique key is taken, as found by asking.
    #[error("{0:?} is taken")]
    Conflict(UniqueKey),
    /// The database failed or refused a statement.
    #[error("the database failed")]
    Database(#[from] DieselError),
    /// A row holds what this version cannot read.
    #[error("a row cannot be read")]
    Column(#[from] InvalidColumn),
    /// What was waited for is gone: the whole job is to be done again.
    #[error("another transaction came in between")]
    Overtaken,
    /// The caller broke the contract.
    #[error("{0}")]
    Misuse(&'static str),
}

/// A column holds a value that the domain does not accept.
#[derive(Debug, thiserror::Error)]
#[error("{column} holds a value that cannot be read")]
pub struct InvalidColumn {
    column: &'static str,
    source: Invalid,
}

impl InvalidColumn {
    /// For `map_err`: names the column.
    pub fn of(column: &'static str) -> impl Fn(Invalid) -> Self {
        move |source| Self { column, source }
    }

    /// A column that must hold a value in this row, and does not.
    pub fn missing(column: &'static str) -> Self {
        Self { column, source: Invalid::new("must not be null here") }
    }
}

/// What to make of a database's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Taken(UniqueKey),
    /// It lost against another transaction: the same may succeed at once.
    Contended,
    Unavailable,
    Internal,
}

impl SqlError {
    /// Whether the job should be done again, since nothing but other transactions stood in its way.
    pub fn is_contended(&self) -> bool {
        match self {
            Self::Database(error) => meaning(error) == Meaning::Contended,
            Self::Overtaken => true,
            Self::Refused(_) | Self::Conflict(_) | Self::Column(_) | Self::Misuse(_) => false,
        }
    }

    /// Whether a unique key is taken.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Database(error) => matches!(meaning(error), Meaning::Taken(_)),
            Self::Conflict(_) => true,
            Self::Refused(_) | Self::Column(_) | Self::Overtaken | Self::Misuse(_) => false,
        }
    }
}

impl From<SqlError> for StoreError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Refused(guard) => Self::Refused(guard),
            SqlError::Conflict(key) => Self::Conflict(key),
            SqlError::Database(error) => match meaning(&error) {
                Meaning::Taken(key) => Self::Conflict(key),
                Meaning::Contended | Meaning::Unavailable => Self::Unavailable(error.into()),
                Meaning::Internal => Self::Internal(error.into()),
            },
            SqlError::Overtaken => Self::Unavailable(error.into()),
            SqlError::Column(_) | SqlError::Misuse(_) => Self::Internal(error.into()),
        }
    }
}

fn meaning(error: &DieselError) -> Meaning {
    match error {
        DieselError::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::UniqueViolation => unique_key(&**information).map_or(Meaning::Internal, Meaning::Taken),
            DatabaseErrorKind::SerializationFailure => Meaning::Contended,
            DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::ReadOnlyTransaction => Meaning::Unavailable,
            _ => by_message(information.message()),
        },
        DieselError::BrokenTransactionManager => Meaning::Unavailable,
        DieselError::RollbackErrorOnCommit { commit_error, .. } => match meaning(commit_error) {
            Meaning::Taken(key) => Meaning::Taken(key),
            // The connection is in an unknown state, and so is what it was to commit.
            Meaning::Contended | Meaning::Unavailable | Meaning::Internal => Meaning::Unavailable,
        },
        _ => Meaning::Internal,
    }
}

/// Diesel keeps neither Postgres' SQLSTATE nor SQLite's result code for these, only the message.
fn by_message(message: &str) -> Meaning {
    const CONTENDED: [&str; 2] = ["deadlock detected", "could not serialize access"];
    const UNAVAILABLE: [&str; 18] = [
        // SQLite
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
        "attempt to write a readonly database",
        // Postgres
        "canceling statement due to lock timeout",
        "canceling statement due to statement timeout",
        "canceling statement due to user request",
        "terminating connection",
        "the database system is",
        "too many clients already",
        "remaining connection slots are reserved",
        "No space left on device",
        "out of memory",
        "out of shared memory",
        "connection closed",
        "could not write to file",
    ];
    if CONTENDED.iter().any(|known| message.contains(known)) {
        Meaning::Contended
    } else if UNAVAILABLE.iter().any(|known| message.contains(known)) {
        Meaning::Unavailable
    } else {
        Meaning::Internal
    }
}

/// A unique index: what Postgres calls it, how SQLite lists its columns, and what it means.
const UNIQUE_INDEXES: [(&str, &str, UniqueKey); 8] = [
    ("users_email", "users.email", UniqueKey::UserEmail),
    ("users_handle", "users.handle", UniqueKey::UserHandle),
    ("agents_handle", "agents.organization_id, agents.handle", UniqueKey::AgentHandle),
    ("mcp_servers_name", "mcp_servers.organization_id, mcp_servers.name", UniqueKey::McpServerName),
    ("conversations_unique_key", "conversations.organization_id, conversations.unique_key", UniqueKey::ConversationKey),
    ("messages_client_id", "messages.author_user_id, messages.client_id", UniqueKey::MessageClientId),
    ("runs_live_trigger", "runs.trigger_message_id, runs.agent_id", UniqueKey::LiveRun),
    ("runs_one_underway", "runs.conversation_id, runs.agent_id", UniqueKey::LiveRun),
];

fn unique_key(information: &dyn DatabaseErrorInformation) -> Option<UniqueKey> {
    if let Some(constraint) = information.constraint_name() {
        let known = UNIQUE_INDEXES.iter().find(|(name, _, _)| *name == constraint);
        return known.map(|(_, _, key)| *key).or_else(|| constraint.ends_with("_pkey").then_some(UniqueKey::Id));
    }
    let columns = information.message().strip_prefix("UNIQUE constraint failed: ")?;
    let known = UNIQUE_INDEXES.iter().find(|(_, listed, _)| *listed == columns);
    known.map(|(_, _, key)| *key).or_else(|| columns.ends_with(".id").then_some(UniqueKey::Id))
}
