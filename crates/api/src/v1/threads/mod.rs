//! Threads with agents.

mod branches;
mod create;
mod delete;
mod generate_title;
mod get;
mod list;
mod update;

pub use branches::BranchesParam;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(create::create_thread)
        .service(list::list_threads)
        .service(get::get_thread)
        .service(update::update_thread)
        .service(delete::delete_thread)
        .service(generate_title::generate_title);
}
