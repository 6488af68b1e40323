use actix_web::{HttpResponse, get, web};
use stead_domain::ports::store::UserSearch;
use utoipa::IntoParams;

use crate::{
    Api,
    dto::UsersBody,
    error::ApiError,
    extract::{Call, QueryParams, QueryReader},
    paging::PageQuery,
    respond,
};

/// Which users.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// Only those whose handle or display name holds this, in any case.
    #[param(min_length = 1, max_length = 100, value_type = String, required = false)]
    q: Option<UserSearch>,
    /// Described by [`PageQuery`].
    #[param(ignore)]
    page: PageQuery,
}

impl QueryParams for UsersQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { q: query.text("q"), page: PageQuery::read(query) }
    }
}

/// The members of one's organization
///
/// Oldest to newest; without `before` and `after` the newest page. E-mail addresses of others, and the deactivated, are for
/// admins.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_users",
    params(UsersQuery, PageQuery),
    responses(
        (status = 200, description = "A page of users", body = UsersBody, example = json!(UsersBody::sample())),
        (status = 403, description = "With an API key: it lacks the scope `users:read`"),
    ),
)]
#[get("/users")]
pub async fn list_users(call: Call<(), UsersQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path: (), query } = call;
    let users = api.application.users(&caller, query.q, query.page.page).await?;
    Ok(respond::ok(&UsersBody::from(users)))
}
