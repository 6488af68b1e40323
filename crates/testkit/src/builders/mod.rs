//! Entities with sensible values, for tests to change as they need: every id, handle and e-mail address is fresh, ids
//! and `created_at` grow together, all times lie in the past.

mod accounts;
mod agents;
mod api_keys;
mod channels;
mod commits;
mod files;
mod invitations;
mod mcp_servers;
mod minted;
mod seed;
mod threads;
mod turns;

pub use accounts::{organization, owner, password_hash, service, session, user};
pub use agents::{agent, default_agent, personal_agent};
pub use api_keys::api_key;
pub use channels::{agent_membership, channel, channel_admin, channel_message, membership, name_key};
pub use commits::{audit, commit, event, guarded, idempotency, job};
pub use files::file;
pub use invitations::invitation;
pub use mcp_servers::{mcp_server, tool_grant};
pub use minted::{at, id, time_of, uuid};
pub use seed::Seed;
pub use threads::{assistant_message, thread, user_message};
pub use turns::{Turn, answer, run, tool_call, turn};
