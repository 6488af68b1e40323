//! Agents.

mod create;
mod delete;
mod get;
mod get_tools;
mod list;
mod set_tools;
mod update;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(create::create_agent)
        .service(list::list_agents)
        .service(get::get_agent)
        .service(update::update_agent)
        .service(delete::delete_agent)
        .service(get_tools::get_agent_tools)
        .service(set_tools::set_agent_tools);
}
