//! Scopes: what a credential may be used for. They narrow what its user may do; they never widen it.

use std::fmt;

use crate::Invalid;

/// One kind of thing that a credential may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Reads threads, their messages and runs.
    ThreadsRead,
    /// Makes, changes and deletes threads, posts to them, cancels runs.
    ThreadsWrite,
    /// Stores messages of agents and the system as they are, without a run.
    ThreadsImport,
    /// Reads agents.
    AgentsRead,
    /// Makes, changes and deletes agents.
    AgentsWrite,
    /// Reads channels and their messages.
    ChannelsRead,
    /// Makes and changes channels, posts to them.
    ChannelsWrite,
    /// Reads files.
    FilesRead,
    /// Uploads and deletes files.
    FilesWrite,
    /// Is told of events as they happen: of what its other scopes may read.
    EventsRead,
    /// Reads users.
    UsersRead,
    /// Changes the credential's own user.
    UsersWrite,
    /// Reads the organization's settings.
    OrganizationRead,
    /// Changes the organization's settings.
    OrganizationWrite,
    /// Runs the organization: keys, invitations, others' roles, oversight of others' threads. Includes every other scope
    /// but [`ThreadsImport`](Self::ThreadsImport).
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::ThreadsRead,
        Self::ThreadsWrite,
        Self::ThreadsImport,
        Self::AgentsRead,
        Self::AgentsWrite,
        Self::ChannelsRead,
        Self::ChannelsWrite,
        Self::FilesRead,
        Self::FilesWrite,
        Self::EventsRead,
        Self::UsersRead,
        Self::UsersWrite,
        Self::OrganizationRead,
        Self::OrganizationWrite,
        Self::Admin,
    ];

    /// The stable name, as keys and documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ThreadsRead => "threads:read",
            Self::ThreadsWrite => "threads:write",
            Self::ThreadsImport => "threads:import",
            Self::AgentsRead => "agents:read",
            Self::AgentsWrite => "agents:write",
            Self::ChannelsRead => "channels:read",
            Self::ChannelsWrite => "channels:write",
            Self::FilesRead => "files:read",
            Self::FilesWrite => "files:write",
            Self::EventsRead => "events:read",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::OrganizationRead => "organization:read",
            Self::OrganizationWrite => "organization:write",
            Self::Admin => "admin",
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    /// There is no such scope.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|scope| scope.as_str() == name);
        known.ok_or_else(|| Invalid::new("must be the name of a scope"))
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of scopes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u16);

impl Scopes {
    /// What a sign-in holds: everything but [`Scope::ThreadsImport`], which only keys have.
    pub fn of_sign_in() -> Self {
        Scope::ALL.into_iter().filter(|scope| *scope != Scope::ThreadsImport).collect()
    }

    /// Whether a credential with these may do what takes `scope`: it is among them, or [`Scope::Admin`] includes it.
    pub fn hold(self, scope: Scope) -> bool {
        self.contains(scope) || (scope != Scope::ThreadsImport && self.contains(Scope::Admin))
    }

    /// Whether the set names `scope` itself.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The scopes of the set, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | scope.bit()))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Scope::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_read_back_from_its_name() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Ok(scope));
        }
        for none in ["", "threads", "threads:READ", "threads:read ", "everything"] {
            assert!(Scope::parse(none).is_err(), "{none}");
        }
    }

    #[test]
    fn admin_includes_all_but_importing() {
        let admin: Scopes = [Scope::Admin].into_iter().collect();
        for scope in Scope::ALL {
            assert_eq!(admin.hold(scope), scope != Scope::ThreadsImport, "{scope}");
            assert_eq!(Scopes::of_sign_in().hold(scope), scope != Scope::ThreadsImport, "{scope}");
            let alone: Scopes = [scope].into_iter().collect();
            assert!(alone.hold(scope) && alone.iter().eq([scope]));
        }
        assert!(Scopes::default().is_empty() && !Scopes::default().hold(Scope::ThreadsRead));
    }
}
