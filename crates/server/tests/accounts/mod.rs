//! Accounts: registering, signing in and out, cookies, one's profile, one's organization and who is in it, leaving.

mod ai_allowance;
mod avatars;
mod cookies;
mod deletion;
mod invitations;
mod leaving;
mod login;
mod logout;
mod members;
mod organization;
mod profile;
mod refresh;
mod register;
mod retention;
mod revocation;
mod sessions;
