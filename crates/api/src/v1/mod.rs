//! The operations below `/api/v1`, one a file.

mod agents;
mod ai;
mod api_keys;
mod auth;
mod avatars;
mod channel_messages;
mod channels;
mod files;
mod invitations;
mod mcp_servers;
mod messages;
mod messaging;
mod organization;
mod profiles;
mod realtime;
mod runs;
mod search;
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
    ai::operations(services);
    agents::operations(services);
    mcp_servers::operations(services);
    channels::operations(services);
    threads::operations(services);
    messages::operations(services);
    channel_messages::operations(services);
    messaging::operations(services);
    runs::operations(services);
    realtime::operations(services);
    files::operations(services);
    search::operations(services);
}
