//! What happens, as it happens.

mod events;
mod socket;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(socket::realtime).service(events::events);
}
