use actix_router::{Path, Url};
use stead_application::agents::AgentRef;
use stead_domain::{AgentId, ApiKeyId, ConversationId, FileId, Id, McpServerId, MessageId, RunId};
use utoipa::IntoParams;
use uuid::Uuid;

use super::Problems;

/// The ids in a path.
pub trait PathParams: Sized + 'static {
    /// Reads them and notes what is wrong. What it answers counts only if nothing is.
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self>;
}

impl PathParams for () {
    fn read(_: &Path<Url>, _: &mut Problems) -> Option<Self> {
        Some(())
    }
}

/// `/agents/{agent_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AgentPath {
    /// The agent.
    #[param(value_type = Uuid)]
    pub agent_id: AgentId,
}

/// `/api-keys/{api_key_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ApiKeyPath {
    /// The key.
    #[param(value_type = Uuid)]
    pub api_key_id: ApiKeyId,
}

/// `/mcp-servers/{mcp_server_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct McpServerPath {
    /// The server of tools.
    #[param(value_type = Uuid)]
    pub mcp_server_id: McpServerId,
}

/// `/files/{file_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FilePath {
    /// The file.
    #[param(value_type = Uuid)]
    pub file_id: FileId,
}

/// `/chat/{agent_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ChatPath {
    /// The agent's id, or the word `default`: the organization's default agent.
    #[param(value_type = String, example = "default",
        pattern = "^(default|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$")]
    pub agent_id: AgentRef,
}

/// `/chat/{agent_id}/threads/{thread_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ThreadPath {
    /// Described by [`ChatPath`].
    #[param(ignore)]
    pub agent_id: AgentRef,
    /// The thread.
    #[param(value_type = Uuid)]
    pub thread_id: ConversationId,
}

/// `/chat/{agent_id}/threads/{thread_id}/runs/{run_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RunPath {
    /// Described by [`ChatPath`].
    #[param(ignore)]
    pub agent_id: AgentRef,
    /// Described by [`ThreadPath`].
    #[param(ignore)]
    pub thread_id: ConversationId,
    /// The run.
    #[param(value_type = Uuid)]
    pub run_id: RunId,
}

/// `/chat/{agent_id}/threads/{thread_id}/messages/{message_id}`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MessagePath {
    /// Described by [`ChatPath`].
    #[param(ignore)]
    pub agent_id: AgentRef,
    /// Described by [`ThreadPath`].
    #[param(ignore)]
    pub thread_id: ConversationId,
    /// The message.
    #[param(value_type = Uuid)]
    pub message_id: MessageId,
}

impl PathParams for AgentPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { agent_id: id(path, "agent_id", problems)? })
    }
}

impl PathParams for ApiKeyPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { api_key_id: id(path, "api_key_id", problems)? })
    }
}

impl PathParams for McpServerPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { mcp_server_id: id(path, "mcp_server_id", problems)? })
    }
}

impl PathParams for FilePath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { file_id: id(path, "file_id", problems)? })
    }
}

impl PathParams for ChatPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        Some(Self { agent_id: agent(path, problems)? })
    }
}

impl PathParams for ThreadPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let (agent_id, thread_id) = (agent(path, problems), id(path, "thread_id", problems));
        Some(Self { agent_id: agent_id?, thread_id: thread_id? })
    }
}

impl PathParams for RunPath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let thread = ThreadPath::read(path, problems);
        let run_id = id(path, "run_id", problems);
        let ThreadPath { agent_id, thread_id } = thread?;
        Some(Self { agent_id, thread_id, run_id: run_id? })
    }
}

impl PathParams for MessagePath {
    fn read(path: &Path<Url>, problems: &mut Problems) -> Option<Self> {
        let thread = ThreadPath::read(path, problems);
        let message_id = id(path, "message_id", problems);
        let ThreadPath { agent_id, thread_id } = thread?;
        Some(Self { agent_id, thread_id, message_id: message_id? })
    }
}

fn agent(path: &Path<Url>, problems: &mut Problems) -> Option<AgentRef> {
    if path.get("agent_id") == Some("default") {
        return Some(AgentRef::Default);
    }
    id(path, "agent_id", problems).map(AgentRef::Id)
}

pub(super) fn id<K>(path: &Path<Url>, name: &str, problems: &mut Problems) -> Option<Id<K>> {
    let parsed = path.get(name).and_then(uuid).map(Id::new);
    if parsed.is_none() {
        problems.add(name, "must be a UUID");
    }
    parsed
}

/// A UUID in its usual form: of the others that the crate reads, none is in the contract.
pub fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

    fn path(values: &[(&'static str, &'static str)]) -> Path<Url> {
        let mut path = Path::new(Url::new(actix_web::http::Uri::from_static("/")));
        for (name, value) in values {
            path.add_static(*name, *value);
        }
        path
    }

    #[test]
    fn default_names_an_agent_only_in_a_chat() {
        let mut problems = Problems::default();
        let default = path(&[("agent_id", "default")]);
        assert_eq!(ChatPath::read(&default, &mut problems).unwrap().agent_id, AgentRef::Default);
        assert!(AgentPath::read(&default, &mut problems).is_none());
        assert!(problems.none().is_err());
    }

    #[test]
    fn every_malformed_id_is_told() {
        let mut problems = Problems::default();
        let bad = path(&[("agent_id", "x"), ("thread_id", ID), ("run_id", "1")]);
        assert!(RunPath::read(&bad, &mut problems).is_none());
        let error = problems.none().unwrap_err();
        let fields: Vec<_> = error.details().iter().map(|detail| detail.field.as_str()).collect();
        assert_eq!(fields, ["agent_id", "run_id"]);
    }

    #[test]
    fn ids_have_the_usual_form() {
        assert!(uuid(ID).is_some() && uuid(&ID.to_uppercase()).is_some());
        for bad in ["", "default", &ID.replace('-', ""), &format!("{{{ID}}}"), &format!("urn:uuid:{ID}")] {
            assert!(uuid(bad).is_none(), "{bad}");
        }
    }
}
