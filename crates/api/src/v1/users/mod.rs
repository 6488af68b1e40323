//! Oneself, and the others in one's organization.

mod connection_status;
mod delete_me;
mod get;
mod get_status;
mod list;
mod me;
mod set_status;
mod update;
mod update_me;

use utoipa_actix_web::service_config::ServiceConfig;

/// `/users/me` goes before `/users/{user_id}`.
pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(me::get_me)
        .service(update_me::update_me)
        .service(delete_me::delete_me)
        .service(list::list_users)
        .service(get::get_user)
        .service(connection_status::get_connection_status)
        .service(get_status::get_user_status)
        .service(set_status::set_user_status)
        .service(update::update_user);
}
