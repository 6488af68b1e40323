//! Oneself.

mod me;
mod update_me;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(me::get_me).service(update_me::update_me);
}
