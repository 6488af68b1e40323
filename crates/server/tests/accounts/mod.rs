//! Accounts: registering, signing in and out, cookies, one's profile, one's organization and who is in it, leaving.

mod cookies;
mod deletion;
mod invitations;
mod login;
mod logout;
mod members;
mod organization;
mod profile;
mod refresh;
mod register;
mod sessions;
