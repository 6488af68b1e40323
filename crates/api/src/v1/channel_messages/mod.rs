//! What is said in channels: messages, and what is kept beside them.

mod delete;
mod edit;
mod edits;
mod get;
mod list;
mod list_pins;
mod pin;
mod post;
mod react;
mod reactions;
mod replies;
mod unpin;
mod unreact;

pub use list::ChannelMessagesQuery;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(post::post_channel_message)
        .service(list::list_channel_messages)
        .service(get::get_channel_message)
        .service(edit::edit_channel_message)
        .service(delete::delete_channel_message)
        .service(replies::list_replies)
        .service(edits::list_message_edits)
        .service(react::put_reaction)
        .service(unreact::delete_reaction)
        .service(reactions::list_reactions)
        .service(list_pins::list_pins)
        .service(pin::put_pin)
        .service(unpin::delete_pin);
}
