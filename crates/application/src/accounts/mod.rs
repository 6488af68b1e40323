//! Accounts: founding an organization, signing in and staying signed in, one's own profile.

mod authenticate;
mod keys;
mod organization;
mod password;
mod profile;
mod register;
mod sign_in;
mod tokens;

pub(crate) use authenticate::SessionCache;
pub use organization::OrganizationPatch;
pub use password::Password;
pub(crate) use password::Passwords;
pub use profile::ProfilePatch;
pub use register::Registration;
pub use sign_in::{Login, SignedIn};
pub use tokens::{ACCESS_TOKEN_LIFE, SESSION_LIFE};
pub(crate) use tokens::{AccessTokens, RefreshTokens};
