//! The assistant beside a channel. Its bodies are camelCase.

mod answer;
mod ask_on;
mod delete;
mod get;
mod list;
mod query;
mod summarize;
mod summarize_replies;

pub use query::asked;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(list::list_channel_conversations)
        .service(get::get_channel_conversation)
        .service(delete::delete_channel_conversation)
        .service(query::query_channel)
        .service(ask_on::continue_channel_conversation)
        .service(summarize::summarize_channel)
        .service(summarize_replies::summarize_replies);
}
