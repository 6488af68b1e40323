use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use stead_application::{
    citations::Cited,
    threads::{ListThreads, Scope},
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    dto::ThreadBody,
    error::ApiError,
    extract::{Call, ChatPath, QueryParams, QueryReader},
    respond,
};

/// So many threads nobody has.
const MAX_OFFSET: u32 = 2_147_483_647;

/// Which threads.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the fields describe the parameters; the list is what they mean")]
pub struct ThreadsQuery {
    /// At most so many threads.
    #[param(minimum = 1, maximum = 50, default = 10, value_type = u32, required = false)]
    limit: (),
    /// So many are skipped.
    #[param(minimum = 0, maximum = 2147483647, default = 0, value_type = u32, required = false)]
    offset: (),
    /// Only archived ones, or only others; absent: all.
    #[param(value_type = bool, required = false)]
    archived: (),
    /// At most so many messages of each, the latest.
    #[param(minimum = 0, maximum = 100, default = 50, value_type = u32, required = false)]
    message_limit: (),
    /// Whose: the caller's own (default), or everyone's, for admins and, as far as its `owner_visibility` says, the agent's
    /// owner.
    #[param(inline, required = false)]
    scope: ThreadScope,
    /// What these mean.
    #[param(ignore)]
    list: ListThreads,
}

/// Whose threads.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThreadScope {
    Mine,
    Organization,
}

impl QueryParams for ThreadsQuery {
    fn read(query: &mut QueryReader) -> Self {
        let scopes = [("mine", ThreadScope::Mine), ("organization", ThreadScope::Organization)];
        let scope = query.word("scope", &scopes).unwrap_or(ThreadScope::Mine);
        let list = ListThreads {
            limit: query.number("limit", 1..=50, 10),
            offset: query.number("offset", 0..=MAX_OFFSET, 0),
            archived: query.flag("archived"),
            message_limit: query.number("message_limit", 0..=100, 50),
            scope: match scope {
                ThreadScope::Mine => Scope::Mine,
                ThreadScope::Organization => Scope::Organization,
            },
        };
        Self { limit: (), offset: (), archived: (), message_limit: (), scope, list }
    }
}

/// The threads with an agent
///
/// Newest activity first, each with its latest messages.
#[utoipa::path(
    tag = "threads",
    operation_id = "list_threads",
    params(ChatPath, ThreadsQuery),
    responses(
        (status = 200, description = "The threads", body = Vec<ThreadBody>, example = json!(ThreadBody::sample_list())),
        (status = 403, description = "Everyone's threads, by who does not oversee the agent"),
    ),
)]
#[get("/chat/{agent_id}/threads")]
pub async fn list_threads(call: Call<ChatPath, ThreadsQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let threads = api.application.threads(&call.caller, call.path.agent_id, call.query.list).await?;
    let Cited { shown, mut citations } = api.application.with_citations(&call.caller, threads).await?;
    Ok(respond::ok(&shown.into_iter().map(|thread| ThreadBody::of(thread, &mut citations)).collect::<Vec<_>>()))
}
