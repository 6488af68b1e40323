use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use stead_application::api_keys::NewApiKey;
use stead_domain::{Invalid, text::DisplayName};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{ApiKeyBody, ScopeBody, scopes, time},
    error::ApiError,
    extract::{Call, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// An API key to be made. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateApiKey)]
pub struct CreateApiKeyBody {
    /// What it is to be called.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What it may be used for.
    #[serde(default)]
    #[schema(value_type = Vec<ScopeBody>, required = true, min_items = 1, max_items = 100)]
    scopes: Option<Vec<ScopeBody>>,
    /// When it ends: at most 366 days from now, which is the default.
    #[serde(default)]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Whether it is to be the organization's: for admins. It then acts as a service of the organization, a user without
    /// login that is made with it. Default: false, it acts as its maker.
    #[serde(default)]
    organization: Option<bool>,
}

impl RequestBody for CreateApiKeyBody {
    type Meaning = NewApiKey;

    fn check(self, problems: &mut Problems) -> Option<NewApiKey> {
        let Self { name, scopes: written, expires_at, organization } = self;
        let name = problems.required("name", name, DisplayName::parse);
        let written = problems.required("scopes", written, |written| match written.len() {
            1..=100 => Ok(scopes(&written)),
            _ => Err(Invalid::new("must have 1 to 100 scopes")),
        });
        let expires_at = problems.optional("expires_at", expires_at, time);
        Some(NewApiKey { name: name?, scopes: written?, expires_at, of_organization: organization.unwrap_or(false) })
    }
}

/// Make an API key
///
/// The key itself is in the answer's `secret`, this once: a repeat of the request answers without it. A key never does more
/// than its user may; only admins make keys of the organization and keys with the scopes `admin` and `organization:write`; a
/// key that makes keys gives them no scope that it lacks itself.
#[utoipa::path(
    tag = "accounts",
    operation_id = "create_api_key",
    params(IdempotencyHeader),
    request_body(content = CreateApiKeyBody, example = json!({
        "name": "Nightly import", "scopes": ["threads:read", "threads:import"]
    })),
    responses(
        (status = 201, description = "The key", body = ApiKeyBody, example = json!(ApiKeyBody::sample_shown())),
        (status = 403, description = "A key or a scope that the caller may not give; with an API key: it lacks the scope \
            that the operation takes"),
        (status = 404, description = "A repeat, and the key that the first request made is revoked"),
        (status = 409, description = "`idempotency_mismatch`"),
    ),
)]
#[post("/api-keys")]
pub async fn create_api_key(
    call: Call,
    new: Keyed<CreateApiKeyBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, Keyed { body, request }) = (call.caller, new);
    let made = api.write(move |application| async move { application.create_api_key(&caller, body, request).await });
    let made = made.await?;
    let replayed = made.secret.is_none();
    Ok(respond::created(&ApiKeyBody::from(made.key).showing(made.secret.as_ref()), None, replayed))
}
