use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web};
use serde::Deserialize;
use stead_application::accounts::{Password, Registration};
use stead_domain::text::{DisplayName, Email, Handle};
use utoipa::ToSchema;

use super::{signed_in, user_agent};
use crate::{
    Api,
    dto::SignedInBody,
    error::ApiError,
    extract::{Body, OpenCall, Problems, RequestBody},
};

/// What a newcomer says to found an organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Register)]
pub struct RegisterBody {
    /// What the organization is to be called.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100)]
    organization_name: Option<String>,
    /// What they sign in with. Unique on the server, compared in lower case.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = "email", max_length = 254)]
    email: Option<String>,
    /// And this.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 12, max_length = 256)]
    password: Option<String>,
    /// How others address them. Unique on the server, kept in lower case.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 2, max_length = 32)]
    handle: Option<String>,
    /// What they are called.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100)]
    display_name: Option<String>,
}

impl RequestBody for RegisterBody {
    type Meaning = Registration;

    fn check(self, problems: &mut Problems) -> Option<Registration> {
        let Self { organization_name, email, password, handle, display_name } = self;
        let organization_name = problems.required("organization_name", organization_name, DisplayName::parse);
        let email = problems.required("email", email, |text| Email::parse(&text));
        let password = problems.required("password", password, |text| Password::parse(&text));
        let handle = problems.required("handle", handle, |text| Handle::parse(&text));
        let display_name = problems.required("display_name", display_name, DisplayName::parse);
        Some(Registration {
            organization_name: organization_name?,
            email: email?,
            password: password?,
            handle: handle?,
            display_name: display_name?,
            user_agent: None,
        })
    }
}

/// Found an organization
///
/// Makes the organization, its owner, its default agent `stead` and the owner's own agent, and signs the owner in: the
/// tokens come in the body, and as cookies for browsers.
#[utoipa::path(
    tag = "accounts",
    operation_id = "register",
    request_body(content = RegisterBody, example = json!({
        "organization_name": "Example", "email": "ann@example.org", "password": "correct horse battery",
        "handle": "ann", "display_name": "Ann"
    })),
    responses(
        (status = 201, description = "Signed in",
            headers(("Set-Cookie" = String, description = "`stead_access` and `stead_refresh`, HttpOnly")),
            body = SignedInBody, example = json!(SignedInBody::sample())),
        (status = 403, description = "This server does not take new organizations"),
        (status = 409, description = "`email_taken` or `handle_taken`"),
    ),
    security(())
)]
#[post("/auth/register")]
pub async fn register(
    _: OpenCall,
    body: Body<RegisterBody>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let registration = Registration { user_agent: user_agent(&request), ..body.0 };
    let founded = api.write(|application| async move { application.register(registration).await }).await?;
    Ok(signed_in(StatusCode::CREATED, founded, &api))
}
