use actix_web::{
    Error,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Uri,
        uri::{InvalidUri, PathAndQuery},
    },
    middleware::Next,
};

use crate::{error::ApiError, headers::prefers};

/// The routers that also answer at the root.
const AT_THE_ROOT: [&str; 4] = ["/ai", "/messaging", "/users", "/channels"];

/// Serves the routers that also answer at the root from their one place. Where a page is asked for, the path is left as it
/// is: those are pages.
pub async fn aliases<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if let Some(path) = canonical(request.path())
        && !prefers(request.headers(), "text/html")
    {
        let uri = match with_path(request.uri(), &path) {
            Ok(uri) => uri,
            Err(error) => return Ok(request.error_response(ApiError::internal(error)).map_into_right_body()),
        };
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn canonical(path: &str) -> Option<String> {
    if path == "/user/me" || path == "/api/v1/user/me" {
        return Some("/api/v1/users/me".to_owned());
    }
    if let Some(channel) = messages_of(path.strip_prefix("/api/v1").unwrap_or(path)) {
        return Some(format!("/api/v1/channels/{channel}/messages"));
    }
    let is_below =
        |router: &str| path.strip_prefix(router).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    AT_THE_ROOT.into_iter().any(is_below).then(|| format!("/api/v1{path}"))
}

/// The channel whose messages are asked for by their other name.
fn messages_of(path: &str) -> Option<&str> {
    let channel = path.strip_prefix("/messages/")?.strip_suffix("/messages")?;
    if channel.is_empty() || channel.contains('/') { None } else { Some(channel) }
}

fn with_path(uri: &Uri, path: &str) -> Result<Uri, InvalidUri> {
    let path_and_query = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}"))?,
        None => PathAndQuery::try_from(path)?,
    };
    Ok(Uri::from(path_and_query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_segments_are_aliases() {
        for (path, served) in [
            ("/users", Some("/api/v1/users")),
            ("/users/me", Some("/api/v1/users/me")),
            ("/ai/channels/a/query", Some("/api/v1/ai/channels/a/query")),
            ("/user/me", Some("/api/v1/users/me")),
            ("/messages/a/messages", Some("/api/v1/channels/a/messages")),
            ("/api/v1/messages/a/messages", Some("/api/v1/channels/a/messages")),
            ("/messages/a", None),
            ("/messages/a/replies", None),
            ("/messages/a/b/messages", None),
            ("/messages//messages", None),
            ("/messages/messages", None),
            ("/usersx", None),
            ("/aid", None),
            ("/agents", None),
            ("/api/v1/users/me", None),
            ("/", None),
        ] {
            assert_eq!(canonical(path).as_deref(), served, "{path}");
        }
    }

    #[test]
    fn the_query_is_kept() {
        let uri = with_path(&Uri::from_static("/users/me?a=%20b&c"), "/api/v1/users/me").unwrap();
        assert_eq!(uri, "/api/v1/users/me?a=%20b&c");
    }
}
