use utoipa::openapi::{
    Components, Info, InfoBuilder, License, OpenApi, OpenApiBuilder, Server, Tag,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};

use super::security::api_key_scheme;
use crate::cookies::ACCESS_COOKIE;

const DESCRIPTION: &str = "People and agents in the same rooms.

Every error has the shape of the schema `Error`. What this document does not name is refused: an unknown field of a body or \
parameter of a query is a 400. Ids are UUIDs; times are RFC 3339 in UTC with six decimals. Lists are cut by `limit` and \
continued with `before` or `after`, oldest to newest, unless they say otherwise. A PATCH keeps what is absent and clears \
what is null.

Single resources carry an `ETag`: with `If-None-Match` a GET of what the client has is a 304, with `If-Match` a PATCH of \
what others changed meanwhile is a 412. Whoever asks too much in too little time is answered with 429, and told in \
`Retry-After` when to come back: per user, or per network address where nobody is signed in.

The routers `/ai`, `/messaging`, `/users` and `/channels` also answer at the root, without `/api/v1` (not where a request \
prefers `text/html`: those are pages), and `/user/me` is `/api/v1/users/me`. Each operation is documented once, under \
`/api/v1`.

Authenticate with `Authorization: Bearer <access token or API key>`. Browsers may use the cookie that signing in sets; requests that \
change something must then come from the server's own origin.";

/// What stands around the operations.
pub fn frame() -> OpenApi {
    let mut components = Components::new();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token that signing in gives"))
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description(ACCESS_COOKIE, "The session cookie that signing in sets");
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let (api_key, scheme) = api_key_scheme();
    components.add_security_scheme(api_key, scheme);
    let no_scopes = std::iter::empty::<String>;
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new("/")]))
        .tags(Some(tags()))
        .components(Some(components))
        .security(Some([
            SecurityRequirement::new("bearer", no_scopes()),
            SecurityRequirement::new("cookie", no_scopes()),
        ]))
        .build()
}

fn info() -> Info {
    let mut license = License::new("MIT OR Apache-2.0");
    license.identifier = Some("MIT OR Apache-2.0".to_owned());
    InfoBuilder::new()
        .title("Stead")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license))
        .build()
}

fn tags() -> Vec<Tag> {
    let tag = |name: &str, description: &str| TagBuilder::new().name(name).description(Some(description)).build();
    vec![
        tag("accounts", "Signing in and staying signed in, oneself, one's organization"),
        tag("agents", "Models with a name, instructions and rights"),
        tag("tools", "Servers of tools (MCP), and what agents may call"),
        tag("threads", "Conversations with agents"),
        tag("messages", "What is said in them"),
        tag("channels", "Rooms of people and agents"),
        tag("channel messages", "What is said in channels, and what is kept beside it"),
        tag("stand-ins", "Agents that answer in a person's stead while they are away"),
        tag("assistant", "Questions about channels, and what happened in them in short"),
        tag("messaging", "Direct channels and threads with agents as one inbox; what others say to one's agents"),
        tag("runs", "The turns of agents: where they stand, and their events"),
        tag("real time", "What happens, as it happens"),
        tag("files", "What people and agents work with"),
        tag("search", "Finding what was said, and what files say"),
        tag("operations", "Whether the server lives and is ready, and this document"),
    ]
}
