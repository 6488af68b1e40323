//! Servers of tools: registering, finding, changing, removing them, and what they have. All of it is for admins.

mod check;
mod create;
mod delete;
mod endpoint;
mod find;
mod tools;
mod update;

pub use check::Checked;
pub use create::NewMcpServer;
pub use endpoint::NewEndpoint;
pub use tools::ServerTool;
pub use update::McpServerPatch;

use crate::{Caller, Error};

/// Goes on only for an admin.
fn admins_only(caller: &Caller) -> Result<(), Error> {
    if caller.role.is_admin() { Ok(()) } else { Err(Error::Forbidden("only admins run the servers of tools")) }
}
