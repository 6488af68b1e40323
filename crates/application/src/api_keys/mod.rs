//! API keys: credentials for programs, narrower than a sign-in and good for a year at most.
//!
//! A key acts as the user it belongs to: its maker, or a service of the organization that is made with it. What it may do
//! is what that user's role allows and its scopes name; a key that makes keys gives no scope that it does not hold.

mod authenticate;
mod create;
mod list;
mod revoke;
mod secret;
mod uses;

pub use create::{MadeApiKey, NewApiKey};
pub(crate) use secret::PREFIX;
pub(crate) use uses::ApiKeyUses;
