//! One's own organization.

mod get;
mod update;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(get::get_organization).service(update::update_organization);
}
