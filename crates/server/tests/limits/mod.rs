//! What one principal may do in how much time, and what a client may keep the server busy with.

mod requests;
mod sign_ins;
mod slow;
