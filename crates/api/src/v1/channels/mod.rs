//! Channels, and who is in them.

mod create;
mod delete;
mod get;
mod join;
mod leave;
mod list;
mod list_members;
mod mine;
mod notifications;
mod put_agent;
mod put_member;
mod read;
mod remove_agent;
mod remove_member;
mod typing;
mod update;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(create::create_channel)
        .service(list::list_channels)
        // Before those with an id in the same place.
        .service(mine::my_channels)
        .service(get::get_channel)
        .service(update::update_channel)
        .service(delete::delete_channel)
        .service(list_members::list_channel_members)
        .service(put_member::put_channel_member)
        .service(remove_member::remove_channel_member)
        .service(join::join_channel)
        .service(leave::leave_channel)
        .service(put_agent::put_channel_agent)
        .service(remove_agent::remove_channel_agent)
        .service(read::read_channel)
        .service(typing::type_in_channel)
        .service(notifications::set_channel_notifications);
}
