//! Direct channels and threads with agents as one inbox; what others say to one's agents.

mod agent_list;
mod agent_messages;
mod list;
mod messages;
mod post;
mod start;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(list::list_conversations)
        .service(start::start_conversation)
        .service(messages::list_conversation_messages)
        .service(post::post_conversation_message)
        .service(agent_list::list_agent_conversations)
        .service(agent_messages::list_agent_conversation_messages);
}
