use utoipa::openapi::{
    OpenApi, PathItem,
    path::Operation,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

use crate::scopes::{Need, need};

/// The name of the scheme for API keys.
const API_KEY: &str = "api_key";

/// How an API key is sent.
pub fn api_key_scheme() -> (&'static str, SecurityScheme) {
    let description = "An API key (`stead_…`), sent like an access token. What it may be used for is named by its scopes; \
        `admin` includes all but `threads:import`.";
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("stead_<id>_<secret><checksum>");
    (API_KEY, SecurityScheme::Http(scheme.description(Some(description)).build()))
}

/// Says of every operation that takes credentials which scope it takes of an API key.
pub fn describe(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            // An operation that says something of its own is open to everybody.
            if operation.security.is_some() {
                continue;
            }
            if let Some(need) = need(method, path) {
                require(operation, need);
            }
        }
    }
}

fn require(operation: &mut Operation, need: Need) {
    let none = std::iter::empty::<String>;
    let mut ways = vec![SecurityRequirement::new("bearer", none()), SecurityRequirement::new("cookie", none())];
    let sentence = match need {
        Need::Scope(scope) => {
            ways.push(SecurityRequirement::new(API_KEY, [scope.as_str()]));
            format!("An API key needs the scope `{scope}`.")
        }
        Need::SignIn => "API keys are not accepted.".to_owned(),
    };
    operation.security = Some(ways);
    let description = operation.description.take().unwrap_or_default();
    let description = description.trim_end();
    operation.description =
        Some(if description.is_empty() { sentence } else { format!("{description}\n\n{sentence}") });
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, head, .. } = item;
    let all = [("GET", get), ("HEAD", head), ("POST", post), ("PUT", put), ("PATCH", patch), ("DELETE", delete)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
