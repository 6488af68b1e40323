//! Accounts: registering, signing in and out, cookies, one's profile, one's organization.

mod cookies;
mod login;
mod logout;
mod organization;
mod profile;
mod refresh;
mod register;
