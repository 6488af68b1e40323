use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use stead_domain::{
    job::{NewJob, Task},
    membership::Participant,
};
use uuid::Uuid;

use crate::{
    schema::jobs,
    types::{DbId, DbJson, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub struct JobRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub kind: String,
    pub payload: DbJson,
    pub run_at: DbTime,
    pub attempts: i32,
    pub fence: i64,
}

/// What a job works on, as it lies in `payload`. `v` is raised when the fields of a kind change; a version that this
/// program does not know is treated like a kind that it does not know.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    v: u32,
    #[serde(alias = "conversation_id")]
    subject_id: String,
    /// A second thing that it works on, where there are two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object_id: Option<String>,
}

const VERSION: u32 = 1;
const TITLE_THREAD: &str = "title_thread";
const PURGE_CONVERSATION: &str = "purge_conversation";
const PURGE_USER: &str = "purge_user";
const PURGE_ORGANIZATION: &str = "purge_organization";
const PROCESS_FILE: &str = "process_file";
const REMOVE_FILE_BYTES: &str = "remove_file_bytes";
const REMOVE_AVATAR: &str = "remove_avatar";
const ANSWER_IN_ROOM: &str = "answer_in_room";
const STAND_IN: &str = "stand_in";
const TELL_ROOMS_OF_USER: &str = "tell_rooms_of_user";
const TELL_ROOMS_OF_AGENT: &str = "tell_rooms_of_agent";

/// The row was written by a version that knows more than this one.
#[derive(Debug, thiserror::Error)]
pub enum UnknownTask {
    #[error("unknown kind")]
    Kind,
    #[error("unknown version of the payload")]
    Version,
    #[error("unreadable payload")]
    Payload(#[source] serde_json::Error),
    #[error("unreadable id in the payload")]
    Id(#[source] uuid::Error),
}

impl TryFrom<&NewJob> for JobRow {
    type Error = serde_json::Error;

    fn try_from(job: &NewJob) -> Result<Self, serde_json::Error> {
        let (kind, subject, object) = match job.task {
            Task::TitleThread(conversation) => (TITLE_THREAD, conversation.uuid(), None),
            Task::PurgeConversation(conversation) => (PURGE_CONVERSATION, conversation.uuid(), None),
            Task::PurgeUser(user) => (PURGE_USER, user.uuid(), None),
            Task::PurgeOrganization(organization) => (PURGE_ORGANIZATION, organization.uuid(), None),
            Task::ProcessFile(file) => (PROCESS_FILE, file.uuid(), None),
            Task::RemoveFileBytes(file) => (REMOVE_FILE_BYTES, file.uuid(), None),
            Task::RemoveAvatar(avatar) => (REMOVE_AVATAR, avatar.uuid(), None),
            Task::AnswerInRoom { message, agent } => (ANSWER_IN_ROOM, message.uuid(), Some(agent.uuid())),
            Task::StandIn { message, user } => (STAND_IN, message.uuid(), Some(user.uuid())),
            Task::TellRooms(Participant::User(user)) => (TELL_ROOMS_OF_USER, user.uuid(), None),
            Task::TellRooms(Participant::Agent(agent)) => (TELL_ROOMS_OF_AGENT, agent.uuid(), None),
        };
        let payload =
            Payload { v: VERSION, subject_id: subject.to_string(), object_id: object.map(|object| object.to_string()) };
        Ok(Self {
            id: job.id.into(),
            organization_id: job.organization_id.into(),
            kind: kind.to_owned(),
            payload: DbJson(serde_json::to_value(payload)?),
            run_at: job.run_at.into(),
            attempts: 0,
            fence: 0,
        })
    }
}

impl JobRow {
    /// What the row asks for.
    pub fn task(&self) -> Result<Task, UnknownTask> {
        let payload = Payload::deserialize(&self.payload.0).map_err(UnknownTask::Payload)?;
        if payload.v != VERSION {
            return Err(UnknownTask::Version);
        }
        let id = || payload.subject_id.parse::<Uuid>().map_err(UnknownTask::Id);
        let object = || payload.object_id.as_deref().unwrap_or_default().parse::<Uuid>().map_err(UnknownTask::Id);
        Ok(match self.kind.as_str() {
            TITLE_THREAD => Task::TitleThread(id()?.into()),
            PURGE_CONVERSATION => Task::PurgeConversation(id()?.into()),
            PURGE_USER => Task::PurgeUser(id()?.into()),
            PURGE_ORGANIZATION => Task::PurgeOrganization(id()?.into()),
            PROCESS_FILE => Task::ProcessFile(id()?.into()),
            REMOVE_FILE_BYTES => Task::RemoveFileBytes(id()?.into()),
            REMOVE_AVATAR => Task::RemoveAvatar(id()?.into()),
            ANSWER_IN_ROOM => Task::AnswerInRoom { message: id()?.into(), agent: object()?.into() },
            STAND_IN => Task::StandIn { message: id()?.into(), user: object()?.into() },
            TELL_ROOMS_OF_USER => Task::TellRooms(Participant::User(id()?.into())),
            TELL_ROOMS_OF_AGENT => Task::TellRooms(Participant::Agent(id()?.into())),
            _ => return Err(UnknownTask::Kind),
        })
    }
}
