use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web};
use serde::Deserialize;
use stead_application::{
    accounts::{Password, Place, Registration},
    limits::Attempt,
};
use stead_domain::text::{DisplayName, Email, Handle, Text};
use utoipa::ToSchema;

use super::{signed_in, user_agent};
use crate::{
    Api,
    dto::SignedInBody,
    error::ApiError,
    extract::{Body, OpenCall, Problems, RequestBody},
};

/// What a newcomer says: either `organization_name` or `invitation`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Register)]
pub struct RegisterBody {
    /// To found an organization: what it is to be called.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    organization_name: Option<String>,
    /// To join one: the token of an invitation.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    invitation: Option<String>,
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
        let Self { organization_name, invitation, email, password, handle, display_name } = self;
        let place = place(organization_name, invitation, problems);
        let email = problems.required("email", email, |text| Email::parse(&text));
        let password = problems.required("password", password, |text| Password::parse(&text));
        let handle = problems.required("handle", handle, |text| Handle::parse(&text));
        let display_name = problems.required("display_name", display_name, DisplayName::parse);
        Some(Registration {
            place: place?,
            email: email?,
            password: password?,
            handle: handle?,
            display_name: display_name?,
            user_agent: None,
        })
    }
}

/// Where they are to belong: exactly one of the two says it.
fn place(organization_name: Option<String>, invitation: Option<String>, problems: &mut Problems) -> Option<Place> {
    if invitation.is_some() && organization_name.is_some() {
        problems.add("invitation", "cannot stand beside `organization_name`");
    }
    match invitation {
        Some(token) => {
            let token = problems.optional("invitation", Some(token), Text::<1, 1_000>::parse)?;
            Some(Place::Invited(token.into_string()))
        }
        None => problems.required("organization_name", organization_name, DisplayName::parse).map(Place::New),
    }
}

/// Found an organization, or join one
///
/// With `organization_name`: makes the organization, its owner, its default agent `stead` and the owner's own agent. With
/// `invitation`: makes a member of the organization that it leads to, and their own agent. Either way they are signed in:
/// the tokens come in the body, and as cookies for browsers.
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
        (status = 403, description = "This server does not take new organizations: it takes an invitation"),
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
    let attempt = Attempt::from_address(api.client_address(&request));
    let founded = api
        .write(|application| async move { application.attempt(attempt, application.register(registration)).await })
        .await?;
    Ok(signed_in(StatusCode::CREATED, founded, &api))
}
