//! Pinecone's requests and answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{filter::Filter, metadata::Metadata};

pub(crate) const UPSERT: &str = "/vectors/upsert";
pub(crate) const DELETE: &str = "/vectors/delete";
pub(crate) const LIST: &str = "/vectors/list";
pub(crate) const QUERY: &str = "/query";
pub(crate) const STATS: &str = "/describe_index_stats";

#[derive(Serialize)]
pub(crate) struct VectorJson<'a> {
    pub(crate) id: String,
    pub(crate) values: &'a [f32],
    pub(crate) metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteRequest<'a> {
    pub(crate) namespace: &'a str,
    #[serde(flatten)]
    pub(crate) what: Deleted,
}

/// What is deleted: exactly one of these.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Deleted {
    Ids(Vec<String>),
    Filter(Filter),
    DeleteAll(bool),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueryRequest<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) top_k: u32,
    pub(crate) vector: &'a [f32],
    pub(crate) filter: Filter,
    pub(crate) include_values: bool,
    pub(crate) include_metadata: bool,
}

#[derive(Deserialize)]
pub(crate) struct QueryAnswer {
    pub(crate) matches: Vec<Match>,
}

/// A hit as it comes: nothing of it is believed before it is read.
#[derive(Deserialize)]
pub(crate) struct Match {
    pub(crate) id: String,
    /// Left out where it is zero.
    #[serde(default)]
    pub(crate) score: f64,
    #[serde(default)]
    pub(crate) metadata: Value,
}

#[derive(Deserialize)]
pub(crate) struct ListAnswer {
    #[serde(default)]
    pub(crate) vectors: Vec<ListedId>,
    pub(crate) pagination: Option<Pagination>,
}

#[derive(Deserialize)]
pub(crate) struct ListedId {
    pub(crate) id: String,
}

#[derive(Deserialize)]
pub(crate) struct Pagination {
    pub(crate) next: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct StatsAnswer {
    pub(crate) dimension: Option<usize>,
    pub(crate) metric: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}
