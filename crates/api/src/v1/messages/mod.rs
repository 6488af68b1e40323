//! Messages of threads, and the turns they begin.

mod answer;
mod list;
mod post;
mod regenerate;
mod set_feedback;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(post::post_message)
        .service(list::list_messages)
        .service(regenerate::regenerate_message)
        .service(set_feedback::set_feedback);
}
