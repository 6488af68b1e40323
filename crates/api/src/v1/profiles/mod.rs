//! What anybody may know of people.

mod get;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(get::get_profile);
}
