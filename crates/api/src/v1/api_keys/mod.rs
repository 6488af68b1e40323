//! API keys.

mod create;
mod delete;
mod list;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(create::create_api_key).service(list::list_api_keys).service(delete::delete_api_key);
}
