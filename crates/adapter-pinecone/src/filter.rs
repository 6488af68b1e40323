//! What is asked for, in Pinecone's language of filters.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use stead_domain::{
    FileId, OrganizationId,
    ports::vector_store::{VectorKind, VectorPlace, VectorQuery},
};

use crate::metadata::{FILE, MESSAGE, number};

/// The most values of one `$in`.
pub(crate) const MAX_VALUES: usize = 10_000;

/// All of its clauses must hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Filter {
    #[serde(rename = "$and")]
    clauses: Vec<Value>,
}

impl Filter {
    /// The chunks of messages or of files, from a number on.
    pub(crate) fn sources(field: &str, ids: &[String], from_chunk: u32) -> Self {
        let mut clauses = vec![is_in(field, ids)];
        if from_chunk > 0 {
            clauses.push(json!({"chunk": {"$gte": from_chunk}}));
        }
        Self { clauses }
    }
}

/// The filters of a query: several where there are more places or files than one takes. What fits the query fits at least
/// one of them.
pub(crate) fn filters(organization: OrganizationId, query: &VectorQuery) -> Vec<Filter> {
    let files = query.files.as_ref().map(|files| {
        let files: BTreeSet<FileId> = files.iter().copied().collect();
        let files: Vec<String> = files.iter().map(ToString::to_string).collect();
        files.chunks(MAX_VALUES).map(|part| is_in("file_id", part)).collect()
    });
    // Without files asked for there is one part, which asks for none.
    let files: Vec<Option<Value>> = files.map_or(vec![None], |parts: Vec<Value>| parts.into_iter().map(Some).collect());
    let rest = rest(organization, query);
    let mut filters = Vec::new();
    for places in places(&query.places) {
        for part in &files {
            let clauses = [places.clone()].into_iter().chain(part.clone()).chain(rest.iter().cloned());
            filters.push(Filter { clauses: clauses.collect() });
        }
    }
    filters
}

/// Each in as many as fit.
fn places(places: &[VectorPlace]) -> Vec<Value> {
    let places: BTreeSet<VectorPlace> = places.iter().copied().collect();
    let (mut channels, mut threads) = (Vec::new(), Vec::new());
    for place in places {
        match place {
            VectorPlace::Channel(id) => channels.push(id.to_string()),
            VectorPlace::Thread(id) => threads.push(id.to_string()),
        }
    }
    let mut parts: Vec<Value> = Vec::new();
    let (mut channels, mut threads) = (channels.chunks(MAX_VALUES), threads.chunks(MAX_VALUES));
    loop {
        let channels = channels.next().map(|part| is_in("channel_id", part));
        let threads = threads.next().map(|part| is_in("thread_id", part));
        parts.push(match (channels, threads) {
            (Some(channels), Some(threads)) => json!({"$or": [channels, threads]}),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return parts,
        });
    }
}

/// All but places and files.
fn rest(organization: OrganizationId, query: &VectorQuery) -> Vec<Value> {
    let kind = query.kind.map(|kind| match kind {
        VectorKind::Message => MESSAGE,
        VectorKind::File => FILE,
    });
    let clauses = [
        Some(json!({"organization_id": {"$eq": organization.to_string()}})),
        Some(json!({"model": {"$eq": query.model}})),
        kind.map(|kind| json!({"type": {"$eq": kind}})),
        query.author.map(|author| json!({"author_id": {"$eq": author.to_string()}})),
        query.since.map(|since| json!({"created_at": {"$gte": number(since.unix_micros())}})),
        query.before.map(|before| json!({"created_at": {"$lt": number(before.unix_micros())}})),
    ];
    clauses.into_iter().flatten().collect()
}

fn is_in(field: &str, values: &[String]) -> Value {
    json!({field: {"$in": values}})
}

#[cfg(test)]
mod tests {
    use stead_domain::ConversationId;
    use uuid::Uuid;

    use super::*;

    fn channels(count: u128) -> Vec<VectorPlace> {
        (0..count).map(|n| VectorPlace::Channel(ConversationId::new(Uuid::from_u128(n)))).collect()
    }

    fn asked(query: &VectorQuery) -> Vec<Value> {
        let filters = filters(OrganizationId::new(Uuid::nil()), query);
        filters.iter().map(|filter| serde_json::to_value(filter).unwrap()).collect()
    }

    #[test]
    fn every_place_is_asked_for_in_parts_that_fit() {
        let mut places = channels(25_000);
        places.extend(channels(10).iter().map(|place| VectorPlace::Thread(place.conversation_id())));
        places.extend(channels(300));
        let filters = asked(&VectorQuery::new(vec![1.0], "m", places, 5));
        let count = |filter: &Value| {
            let clause = &filter["$and"][0];
            let both = clause.get("$or").map_or(std::slice::from_ref(clause), |both| both.as_array().unwrap());
            both.iter()
                .map(|one| one.as_object().unwrap().values().next().unwrap()["$in"].as_array().unwrap().len())
                .collect::<Vec<_>>()
        };
        assert_eq!(filters.iter().map(count).collect::<Vec<_>>(), [vec![10_000, 10], vec![10_000], vec![5_000]]);
    }

    #[test]
    fn files_are_asked_for_with_every_part_of_the_places() {
        let files = (0..10_001).map(|n| FileId::new(Uuid::from_u128(n))).collect();
        let query = VectorQuery { files: Some(files), ..VectorQuery::new(vec![1.0], "m", channels(10_001), 5) };
        assert_eq!(asked(&query).len(), 4);
    }

    #[test]
    fn nothing_asked_for_is_no_filter() {
        assert_eq!(asked(&VectorQuery::new(vec![1.0], "m", Vec::new(), 5)).len(), 0);
    }
}
