//! What is kept beside a vector, to be filtered by.

use serde::{Deserialize, Serialize};
use stead_domain::{
    OrganizationId,
    ports::vector_store::{VectorPlace, VectorRecord, VectorSource},
};

pub(crate) const MESSAGE: &str = "message";
pub(crate) const FILE: &str = "file";

/// Flat, as Pinecone wants it; what is not there is left out, since it takes no null. Numbers are 64-bit floats there:
/// microseconds since 1970 are exact in those until the year 2255.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_name: Option<String>,
    #[serde(default, skip_serializing_if = "Ids::is_empty")]
    pub(crate) channel_id: Ids,
    #[serde(default, skip_serializing_if = "Ids::is_empty")]
    pub(crate) thread_id: Ids,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author_id: Option<String>,
    pub(crate) organization_id: String,
    pub(crate) created_at: f64,
    pub(crate) version: f64,
    pub(crate) chunk: f64,
    pub(crate) model: String,
}

/// One id as a text, several as a list: `$in` finds both.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Ids {
    One(String),
    Several(Vec<String>),
}

impl Default for Ids {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Ids {
    fn of(mut ids: Vec<String>) -> Self {
        match ids.pop() {
            Some(one) if ids.is_empty() => Self::One(one),
            Some(last) => {
                ids.push(last);
                Self::Several(ids)
            }
            None => Self::default(),
        }
    }

    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }

    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

impl Metadata {
    pub(crate) fn new(organization: OrganizationId, record: &VectorRecord) -> Self {
        let (mut channels, mut threads) = (Vec::new(), Vec::new());
        for place in &record.places {
            match place {
                VectorPlace::Channel(id) => channels.push(id.to_string()),
                VectorPlace::Thread(id) => threads.push(id.to_string()),
            }
        }
        let (r#type, message_id, file_id) = match record.id.source {
            VectorSource::Message(id) => (MESSAGE, Some(id.to_string()), None),
            VectorSource::File(id) => (FILE, None, Some(id.to_string())),
        };
        Self {
            r#type: r#type.to_owned(),
            message_id,
            file_id,
            file_name: record.file_name.clone(),
            channel_id: Ids::of(channels),
            thread_id: Ids::of(threads),
            author_id: record.author.map(|author| author.to_string()),
            organization_id: organization.to_string(),
            created_at: number(record.created_at.unix_micros()),
            version: number(record.version),
            chunk: f64::from(record.id.chunk),
            model: record.model.clone(),
        }
    }

    /// The source's version, if it can be one.
    pub(crate) fn version(&self) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "what does not come back the same is refused")]
        let version = self.version as i64;
        (self.version.is_finite() && number(version) == self.version).then_some(version)
    }
}

/// As Pinecone keeps it.
#[expect(clippy::cast_precision_loss, reason = "Pinecone's numbers are these")]
pub(crate) fn number(whole: i64) -> f64 {
    whole as f64
}
