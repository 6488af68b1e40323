//! Servers of tools (MCP).

mod check;
mod create;
mod delete;
mod get;
mod list;
mod tools;
mod update;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(create::create_mcp_server)
        .service(list::list_mcp_servers)
        .service(get::get_mcp_server)
        .service(update::update_mcp_server)
        .service(delete::delete_mcp_server)
        .service(tools::list_mcp_server_tools)
        .service(check::check_mcp_server);
}
