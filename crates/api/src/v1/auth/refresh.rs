use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web};
use serde::Deserialize;
use stead_application::limits::Attempt;
use stead_domain::text::Text;
use utoipa::ToSchema;

use super::signed_in;
use crate::{
    Api,
    cookies::REFRESH_COOKIE,
    dto::SignedInBody,
    error::{ApiError, Code},
    extract::{OpenCall, OptionalBody, Problems, RequestBody},
    origin::check_origin,
};

/// The token to prolong a sign-in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Refresh)]
pub struct RefreshBody {
    /// The refresh token; absent: the one in the cookie.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    refresh_token: Option<String>,
}

impl RequestBody for RefreshBody {
    type Meaning = Option<String>;

    fn check(self, problems: &mut Problems) -> Option<Option<String>> {
        let token = problems.optional("refresh_token", self.refresh_token, Text::<1, 1_000>::parse);
        Some(token.map(Text::into_string))
    }
}

/// Prolong a sign-in
///
/// Gives the next pair of tokens for a refresh token. The one before it is good for 30 seconds more, with the same
/// successor; any older one ends the sign-in.
#[utoipa::path(
    tag = "accounts",
    operation_id = "refresh",
    request_body(content = Option<RefreshBody>, description = "Without it, or without a token in it, the cookie counts",
        example = json!({"refresh_token": "AZejxF1uf4CaGwAAAAAAAAEAAAAAAAAAAexample"})),
    responses(
        (status = 200, description = "Signed in for longer",
            headers(("Set-Cookie" = String, description = "`stead_access` and `stead_refresh`, HttpOnly")),
            body = SignedInBody,
            example = json!(SignedInBody::sample())),
        (status = 401, description = "No token, or one that is not good (any more)"),
        (status = 403, description = "The cookie, in a request from another origin"),
    ),
    security(())
)]
#[post("/auth/refresh")]
pub async fn refresh(
    _: OpenCall,
    body: OptionalBody<RefreshBody>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let token = match body.0.flatten() {
        Some(token) => token,
        None => token_in_cookie(&request, &api)?,
    };
    let attempt = Attempt::from_address(api.client_address(&request));
    let prolonged =
        api.write(|application| async move { application.attempt(attempt, application.refresh(&token)).await }).await?;
    Ok(signed_in(StatusCode::OK, prolonged, &api))
}

fn token_in_cookie(request: &HttpRequest, api: &Api) -> Result<String, ApiError> {
    let cookie = request.cookie(REFRESH_COOKIE).ok_or_else(|| ApiError::new(Code::Unauthorized))?;
    if check_origin(request, &api.options) {
        Ok(cookie.value().to_owned())
    } else {
        Err(ApiError::new(Code::Forbidden).saying("A request with a cookie must come from the server's own origin"))
    }
}
