use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web};
use serde::Deserialize;
use stead_application::{
    accounts::{Login, Password},
    limits::Attempt,
};
use stead_domain::text::Email;
use utoipa::ToSchema;

use super::{signed_in, user_agent};
use crate::{
    Api,
    dto::SignedInBody,
    error::ApiError,
    extract::{Body, OpenCall, Problems, RequestBody},
};

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub struct LoginBody {
    /// Their address.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = "email", max_length = 254)]
    email: Option<String>,
    /// Their password.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 12, max_length = 256)]
    password: Option<String>,
}

impl RequestBody for LoginBody {
    type Meaning = Login;

    fn check(self, problems: &mut Problems) -> Option<Login> {
        let Self { email, password } = self;
        let email = problems.required("email", email, |text| Email::parse(&text));
        let password = problems.required("password", password, |text| Password::parse(&text));
        Some(Login { email: email?, password: password?, user_agent: None })
    }
}

/// Sign in
///
/// The tokens come in the body, and as cookies for browsers. After ten failures with one e-mail address, known or not, or
/// fifty from one network address, within 15 minutes each further one costs a delay (429) that grows up to a minute.
#[utoipa::path(
    tag = "accounts",
    operation_id = "login",
    request_body(content = LoginBody, example = json!({
        "email": "ann@example.org", "password": "correct horse battery"
    })),
    responses(
        (status = 200, description = "Signed in",
            headers(("Set-Cookie" = String, description = "`stead_access` and `stead_refresh`, HttpOnly")),
            body = SignedInBody, example = json!(SignedInBody::sample())),
        (status = 401, description = "Wrong e-mail address or password"),
    ),
    security(())
)]
#[post("/auth/login")]
pub async fn login(
    _: OpenCall,
    body: Body<LoginBody>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let login = Login { user_agent: user_agent(&request), ..body.0 };
    let attempt = Attempt::with_account(login.email.clone(), api.client_address(&request));
    let begun =
        api.write(|application| async move { application.attempt(attempt, application.login(login)).await }).await?;
    Ok(signed_in(StatusCode::OK, begun, &api))
}
