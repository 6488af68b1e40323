//! Servers of tools, what agents may call of them, and what a turn is offered.

mod acceptance;
mod audit;
mod grants;
mod listings;
mod qualified_name;
mod schema;
mod sealing;
mod servers;
mod toolbox;

pub use grants::{AgentTools, GrantedServer};
pub use sealing::Header;
pub use servers::{Checked, McpServerPatch, NewEndpoint, NewMcpServer, ServerTool};

pub(crate) use listings::Listings;
pub(crate) use schema::schema_problem;
pub(crate) use sealing::HeaderSeals;
pub(crate) use toolbox::{OfferedTool, Toolbox};
