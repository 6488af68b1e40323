//! Stand-ins: how one wants to be stood in for, what would be said, and what was.

mod get_mine;
mod preview;
mod replies;
mod set_mine;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(get_mine::get_my_persona)
        .service(set_mine::set_my_persona)
        .service(replies::list_my_stand_in_replies)
        .service(preview::preview_stand_in);
}
