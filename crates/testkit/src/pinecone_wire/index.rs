//! What the index holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stead_domain::ports::embedder::cosine;

use super::filter::fits;
use crate::lagging::Written;

/// One vector of a namespace.
#[derive(Debug, Clone)]
pub(super) struct Vector {
    pub(super) id: String,
    pub(super) values: Vec<f32>,
    pub(super) metadata: Map<String, Value>,
}

/// The namespaces: one is there from its first vector until all of them are deleted at once.
#[derive(Debug, Default)]
pub(super) struct Index {
    namespaces: BTreeMap<String, BTreeMap<String, Vector>>,
}

#[derive(Debug)]
pub(super) enum Change {
    Upsert(String, Vec<Vector>),
    Delete(String, Vec<String>),
    DeleteFiltered(String, Value),
    DeleteAll(String),
}

impl Written for Index {
    type Write = Change;

    fn write(&mut self, change: &Change) {
        match change {
            Change::Upsert(namespace, vectors) => {
                let namespace = self.namespaces.entry(namespace.clone()).or_default();
                namespace.extend(vectors.iter().map(|vector| (vector.id.clone(), vector.clone())));
            }
            Change::Delete(namespace, ids) => {
                if let Some(namespace) = self.namespaces.get_mut(namespace) {
                    ids.iter().for_each(|id| drop(namespace.remove(id)));
                }
            }
            Change::DeleteFiltered(namespace, filter) => {
                if let Some(namespace) = self.namespaces.get_mut(namespace) {
                    namespace.retain(|_, vector| !fits(filter, &vector.metadata));
                }
            }
            Change::DeleteAll(namespace) => drop(self.namespaces.remove(namespace)),
        }
    }
}

impl Index {
    pub(super) fn has(&self, namespace: &str) -> bool {
        self.namespaces.contains_key(namespace)
    }

    /// How many vectors each namespace has.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&str, usize)> {
        self.namespaces.iter().map(|(name, vectors)| (name.as_str(), vectors.len()))
    }

    /// The ids of a namespace, in order.
    pub(super) fn ids(&self, namespace: &str) -> impl Iterator<Item = &str> {
        self.namespaces.get(namespace).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The nearest of a namespace that fit; of all namespaces where that is none.
    pub(super) fn nearest(
        &self,
        namespace: Option<&str>,
        values: &[f32],
        filter: Option<&Value>,
        most: usize,
        with_metadata: bool,
    ) -> Vec<Value> {
        let asked = self.namespaces.iter().filter(|(name, _)| namespace.is_none_or(|asked| asked == name.as_str()));
        let vectors = asked.flat_map(|(_, vectors)| vectors.values());
        let fitting = vectors.filter(|vector| filter.is_none_or(|filter| fits(filter, &vector.metadata)));
        let mut scored: Vec<(f32, &Vector)> = fitting.map(|vector| (cosine(values, &vector.values), vector)).collect();
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        let shown = scored.into_iter().take(most).map(|(score, vector)| {
            let mut shown = json!({"id": vector.id, "score": score, "values": []});
            if with_metadata {
                shown["metadata"] = Value::Object(vector.metadata.clone());
            }
            shown
        });
        shown.collect()
    }
}
