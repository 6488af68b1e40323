//! Pictures of users.

mod delete;
mod get;
mod set;

use utoipa_actix_web::service_config::ServiceConfig;

/// `/users/me/avatar` goes before what is below `/users/{user_id}`.
pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(get::get_avatar).service(set::set_avatar).service(delete::delete_avatar);
}
