//! What models do for an organization.

mod channels;
mod persona;
mod usage;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(usage::get_ai_usage);
    channels::operations(services);
    persona::operations(services);
}
