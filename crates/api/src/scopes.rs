//! Which scope each operation takes of an API key. A sign-in holds every scope but `threads:import`, which no whole
//! operation takes: what only a sign-in may do is closed to keys altogether.

use actix_web::{HttpMessage, HttpRequest, web};
use stead_application::{Caller, Credential};
use stead_domain::scope::Scope;

use crate::{
    Api,
    error::{ApiError, Code},
    extract::Authentication,
};

/// What an operation takes of the one who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A sign-in, or a key with this scope.
    Scope(Scope),
    /// A sign-in: keys are refused.
    SignIn,
}

/// The table. An operation that it does not know is closed to keys, and a test wants it here.
pub fn need(method: &str, path: &str) -> Option<Need> {
    let mut segments = path.strip_prefix("/api/v1/")?.split('/');
    let (resource, item) = (segments.next()?, segments.next());
    let of = |read, write| Some(Need::Scope(if matches!(method, "GET" | "HEAD") { read } else { write }));
    match (method, resource, item) {
        (_, "auth", _) | ("DELETE", "users", Some("me")) => Some(Need::SignIn),
        (_, "api-keys" | "invitations", _) => Some(Need::Scope(Scope::Admin)),
        ("PATCH" | "DELETE", "users", Some(other)) if other != "me" => Some(Need::Scope(Scope::Admin)),
        (_, "users", _) => of(Scope::UsersRead, Scope::UsersWrite),
        ("GET", "ai", Some("usage")) => Some(Need::Scope(Scope::OrganizationRead)),
        (_, "ai", Some("persona")) => of(Scope::UsersRead, Scope::UsersWrite),
        (_, "ai", Some("channels")) => of(Scope::ChannelsRead, Scope::ChannelsWrite),
        (_, "organization", _) => of(Scope::OrganizationRead, Scope::OrganizationWrite),
        (_, "agents" | "mcp-servers", _) => of(Scope::AgentsRead, Scope::AgentsWrite),
        (_, "chat", _) => of(Scope::ThreadsRead, Scope::ThreadsWrite),
        // What of them is with agents takes the scopes of threads too: the use case looks at those.
        (_, "messaging", Some("agent-conversations")) => of(Scope::ThreadsRead, Scope::ThreadsWrite),
        (_, "channels" | "messages" | "messaging", _) => of(Scope::ChannelsRead, Scope::ChannelsWrite),
        (_, "files", _) => of(Scope::FilesRead, Scope::FilesWrite),
        // What of other resources is found takes their scopes too: the use case looks at those.
        ("GET", "search", None) => Some(Need::Scope(Scope::ChannelsRead)),
        ("GET", "realtime" | "events", None) => Some(Need::Scope(Scope::EventsRead)),
        _ => None,
    }
}

/// Refuses a key that is not enough for the operation. Where the document says that a body comes with it, that is read
/// first: see [`check_after_body`].
pub fn check(request: &HttpRequest, caller: &Caller) -> Result<(), ApiError> {
    match refusal(request, caller) {
        None => Ok(()),
        Some(error) if takes_a_body(request) => {
            request.extensions_mut().insert(Refused(error));
            Ok(())
        }
        Some(error) => Err(error),
    }
}

fn takes_a_body(request: &HttpRequest) -> bool {
    let api = request.app_data::<web::Data<Api>>();
    let pattern = request.match_pattern().unwrap_or_default();
    api.is_some_and(|api| api.contract.takes_a_body(request.method(), &pattern))
}

/// Refuses a key where [`check`] left that for later: what is wrong with the body is told first.
pub fn check_after_body(request: &HttpRequest) -> Result<(), ApiError> {
    match request.extensions_mut().remove::<Refused>() {
        Some(Refused(error)) => Err(error),
        None => Ok(()),
    }
}

/// The same for an operation that takes anybody: a key has no place where one signs in.
pub fn check_open(request: &HttpRequest) -> Result<(), ApiError> {
    let caller = request.extensions().get::<Authentication>().and_then(|found| found.0.as_ref().ok().copied());
    let pattern = request.match_pattern().unwrap_or_default();
    match (caller, need(request.method().as_str(), &pattern)) {
        (Some(caller), Some(Need::SignIn)) => check(request, &caller),
        _ => Ok(()),
    }
}

/// A refusal that waits until the body is read.
struct Refused(ApiError);

/// Why what the caller came with is not enough for the operation that a request goes to, if it is not.
fn refusal(request: &HttpRequest, caller: &Caller) -> Option<ApiError> {
    match caller.credential {
        Credential::Session(_) => return None,
        Credential::ApiKey(_) => {}
    }
    let pattern = request.match_pattern().unwrap_or_default();
    match need(request.method().as_str(), &pattern) {
        Some(Need::Scope(scope)) => caller.require(scope).err().map(ApiError::from),
        Some(Need::SignIn) => Some(forbidden("This takes a sign-in: API keys are not accepted here")),
        None => Some(forbidden("No scope of an API key covers this operation")),
    }
}

fn forbidden(reason: &'static str) -> ApiError {
    ApiError::new(Code::Forbidden).saying(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_writing_are_two_scopes() {
        for (method, path, expected) in [
            ("GET", "/api/v1/agents", Some(Need::Scope(Scope::AgentsRead))),
            ("PATCH", "/api/v1/agents/{agent_id}", Some(Need::Scope(Scope::AgentsWrite))),
            ("PUT", "/api/v1/agents/{agent_id}/tools", Some(Need::Scope(Scope::AgentsWrite))),
            ("GET", "/api/v1/mcp-servers", Some(Need::Scope(Scope::AgentsRead))),
            ("POST", "/api/v1/mcp-servers/{mcp_server_id}/check", Some(Need::Scope(Scope::AgentsWrite))),
            ("GET", "/api/v1/chat/{agent_id}/threads", Some(Need::Scope(Scope::ThreadsRead))),
            ("POST", "/api/v1/chat/{agent_id}/threads", Some(Need::Scope(Scope::ThreadsWrite))),
            ("GET", "/api/v1/users/me", Some(Need::Scope(Scope::UsersRead))),
            ("PATCH", "/api/v1/users/me", Some(Need::Scope(Scope::UsersWrite))),
            ("DELETE", "/api/v1/users/me", Some(Need::SignIn)),
            ("GET", "/api/v1/users/{user_id}", Some(Need::Scope(Scope::UsersRead))),
            ("PATCH", "/api/v1/users/{user_id}", Some(Need::Scope(Scope::Admin))),
            ("GET", "/api/v1/api-keys", Some(Need::Scope(Scope::Admin))),
            ("POST", "/api/v1/auth/logout", Some(Need::SignIn)),
            ("GET", "/api/v1/ai/usage", Some(Need::Scope(Scope::OrganizationRead))),
            ("GET", "/api/v1/messaging/conversations", Some(Need::Scope(Scope::ChannelsRead))),
            ("GET", "/api/v1/messaging/agent-conversations", Some(Need::Scope(Scope::ThreadsRead))),
            ("GET", "/api/v1/search", Some(Need::Scope(Scope::ChannelsRead))),
            ("GET", "/api/v1/unheard-of", None),
            ("GET", "/healthz", None),
        ] {
            assert_eq!(need(method, path), expected, "{method} {path}");
        }
    }
}
