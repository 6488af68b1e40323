//! Hits as they come, and those that can be true.

use std::collections::{HashMap, HashSet};

use stead_domain::{
    FileId, OrganizationId,
    ports::vector_store::{VectorHit, VectorId, VectorKind, VectorPlace, VectorQuery, VectorSource},
};

use crate::{metadata::Metadata, wire::Match};

/// Counts what an index gave that is not what was asked for.
const LEFT_OUT: &str = "stead_vector_hits_left_out_total";

/// Reads hits against the query that they answer. What contradicts it is left out and counted: the read gate would stop it
/// too, but it would take the place of something else.
pub(crate) struct Reading<'a> {
    organization: OrganizationId,
    organization_text: String,
    query: &'a VectorQuery,
    channels: HashSet<String>,
    threads: HashSet<String>,
    files: Option<HashSet<FileId>>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(organization: OrganizationId, query: &'a VectorQuery) -> Self {
        let (mut channels, mut threads) = (HashSet::new(), HashSet::new());
        for place in &query.places {
            match place {
                VectorPlace::Channel(id) => channels.insert(id.to_string()),
                VectorPlace::Thread(id) => threads.insert(id.to_string()),
            };
        }
        let files = query.files.as_ref().map(|files| files.iter().copied().collect());
        Self { organization, organization_text: organization.to_string(), query, channels, threads, files }
    }

    /// The best of all answers, nearest first, each id once.
    pub(crate) fn best(&self, matches: impl IntoIterator<Item = Match>, limit: usize) -> Vec<VectorHit> {
        let mut best: HashMap<VectorId, VectorHit> = HashMap::new();
        let mut left_out = 0_u64;
        for found in matches {
            let Some(hit) = self.hit(&found.id, found.score, found.metadata) else {
                left_out += 1;
                continue;
            };
            let known = best.entry(hit.id).or_insert(hit);
            if hit.score > known.score {
                *known = hit;
            }
        }
        if left_out > 0 {
            tracing::warn!(left_out, "the vector index gave hits that nobody asked for");
            metrics::counter!(LEFT_OUT).increment(left_out);
        }
        let mut hits: Vec<VectorHit> = best.into_values().collect();
        hits.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.id.cmp(&other.id)));
        hits.truncate(limit);
        hits
    }

    fn hit(&self, id: &str, score: f64, metadata: serde_json::Value) -> Option<VectorHit> {
        let id = VectorId::parse(self.organization, id)?;
        let metadata: Metadata = serde_json::from_value(metadata).ok()?;
        let version = metadata.version()?;
        #[expect(clippy::cast_possible_truncation, reason = "a score needs no more than f32 holds")]
        let score = score as f32;
        let is_right = score.is_finite() && self.is_asked_for(id, &metadata);
        is_right.then_some(VectorHit { id, version, score: score.clamp(-1.0, 1.0) })
    }

    fn is_asked_for(&self, id: VectorId, metadata: &Metadata) -> bool {
        let is_in = |ids: &[String], asked: &HashSet<String>| ids.iter().any(|id| asked.contains(id));
        let kind = match id.source {
            VectorSource::Message(_) => VectorKind::Message,
            VectorSource::File(_) => VectorKind::File,
        };
        metadata.organization_id == self.organization_text
            && metadata.model == self.query.model
            && (is_in(metadata.channel_id.as_slice(), &self.channels)
                || is_in(metadata.thread_id.as_slice(), &self.threads))
            && self.query.kind.is_none_or(|asked| asked == kind)
            && self.files.as_ref().is_none_or(|files| match id.source {
                VectorSource::File(file) => files.contains(&file),
                VectorSource::Message(_) => false,
            })
            && self.query.author.is_none_or(|author| metadata.author_id == Some(author.to_string()))
    }
}
