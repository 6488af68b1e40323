//! Search in what the caller may read.

mod find;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(find::find);
}
