//! What Slack writes, as far as it is read. Anything may be missing or null.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub(super) struct User {
    pub id: String,
    pub name: Option<String>,
    pub real_name: Option<String>,
    #[serde(default)]
    pub is_bot: bool,
    pub profile: Option<Profile>,
}

#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct Profile {
    pub name: Option<String>,
    pub display_name: Option<String>,
    pub real_name: Option<String>,
    pub email: Option<String>,
    pub bot_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Channel {
    pub id: String,
    pub name: Option<String>,
    pub created: Option<f64>,
    pub creator: Option<String>,
    pub members: Option<Vec<String>>,
    pub topic: Option<About>,
    pub purpose: Option<About>,
    pub pins: Option<Vec<Pin>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct About {
    pub value: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Pin {
    /// The time stamp of the message.
    pub id: Option<String>,
    pub user: Option<String>,
    pub created: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    pub ts: Option<String>,
    pub thread_ts: Option<String>,
    pub subtype: Option<String>,
    pub user: Option<String>,
    pub bot_id: Option<String>,
    pub username: Option<String>,
    pub user_profile: Option<Profile>,
    pub bot_profile: Option<Profile>,
    pub comment: Option<Comment>,
    pub text: Option<String>,
    pub edited: Option<Edited>,
    pub reactions: Option<Vec<Reaction>>,
    pub files: Option<Vec<File>>,
    pub file: Option<File>,
    pub attachments: Option<Vec<Attachment>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Comment {
    pub user: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Edited {
    pub ts: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Reaction {
    pub name: Option<String>,
    pub users: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct File {
    pub name: Option<String>,
    pub title: Option<String>,
    pub mimetype: Option<String>,
    pub size: Option<u64>,
    pub permalink: Option<String>,
    pub url_private: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Attachment {
    /// Of what a link shows.
    pub from_url: Option<String>,
    pub fallback: Option<String>,
    pub title: Option<String>,
    pub text: Option<String>,
}
