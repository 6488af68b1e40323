//! Invitations into one's organization.

mod create;
mod delete;
mod list;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services.service(create::create_invitation).service(list::list_invitations).service(delete::delete_invitation);
}
