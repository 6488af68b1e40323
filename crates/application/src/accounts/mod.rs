//! Accounts: founding an organization, signing in and staying signed in, one's own profile.

mod authenticate;
mod by_operator;
mod change_user;
mod delete_me;
mod first_agents;
mod invitation_tokens;
mod invitations;
pub(crate) mod keys;
mod members;
mod organization;
mod password;
mod profile;
mod register;
mod sessions;
mod sign_in;
mod take_over;
mod tokens;
mod until_revoked;

pub use by_operator::{Belongs, NewUser};
pub use change_user::UserPatch;
pub(crate) use invitation_tokens::InvitationTokens;
pub use invitations::{MadeInvitation, NewInvitation};
pub use organization::OrganizationPatch;
pub use password::Password;
pub(crate) use password::Passwords;
pub use profile::ProfilePatch;
pub use register::{Place, Registration};
pub use sessions::OwnSession;
pub use sign_in::{Login, SignedIn};
pub use tokens::{ACCESS_TOKEN_LIFE, SESSION_LIFE};
pub(crate) use tokens::{AccessTokens, RefreshTokens};
