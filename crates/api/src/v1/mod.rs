//! The operations below `/api/v1`, one a file.

mod agents;
mod api_keys;
mod auth;
mod avatars;
mod files;
mod invitations;
mod mcp_servers;
mod messages;
mod organization;
mod profiles;
mod runs;
mod threads;
mod users;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers all of them. What is registered is documented, and nothing else.
pub fn operations(services: &mut ServiceConfig<'_>) {
    auth::operations(services);
    api_keys::operations(services);
    avatars::operations(services);
    users::operations(services);
    profiles::operations(services);
    invitations::operations(services);
    organization::operations(services);
    agents::operations(services);
    mcp_servers::operations(services);
    threads::operations(services);
    messages::operations(services);
    runs::operations(services);
    files::operations(services);
}
