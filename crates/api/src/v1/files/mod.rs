//! Files: uploaded, described, downloaded, deleted.

mod content;
mod delete;
mod get;
mod list;
mod upload;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(upload::upload_file)
        .service(list::list_files)
        .service(get::get_file)
        .service(delete::delete_file)
        .service(content::get_file_content)
        .service(content::head_file_content);
}
