//! Runs: the turns of agents.

mod cancel;
mod decide;
mod events;
mod get;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(get::get_run)
        .service(cancel::cancel_run)
        .service(decide::decide_tool_call)
        .service(events::follow_run);
}
