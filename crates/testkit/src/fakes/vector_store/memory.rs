//! The vectors themselves, and what is near to what.

use std::collections::BTreeMap;

use stead_domain::{
    OrganizationId,
    ports::{
        embedder::cosine,
        vector_store::{VectorHit, VectorId, VectorKind, VectorQuery, VectorRecord, VectorSource},
    },
};

use super::VectorLie;
use crate::lagging::Written;

#[derive(Debug, Default)]
pub(super) struct Memory {
    vectors: BTreeMap<(OrganizationId, VectorId), VectorRecord>,
    /// What was replaced or deleted.
    past: Vec<(OrganizationId, VectorRecord)>,
}

#[derive(Debug)]
pub(super) enum Write {
    Upsert(OrganizationId, Vec<VectorRecord>),
    Delete(OrganizationId, Vec<VectorId>),
    DeleteSources(OrganizationId, Vec<VectorSource>, u32),
    DeleteOrganization(OrganizationId),
}

impl Written for Memory {
    type Write = Write;

    fn write(&mut self, write: &Write) {
        match write {
            Write::Upsert(organization, records) => {
                for record in records {
                    self.remove(*organization, |id| id == record.id);
                    if record.values.iter().any(|value| *value != 0.0) {
                        self.vectors.insert((*organization, record.id), record.clone());
                    }
                }
            }
            Write::Delete(organization, ids) => self.remove(*organization, |id| ids.contains(&id)),
            Write::DeleteSources(organization, sources, from) => {
                self.remove(*organization, |id| id.chunk >= *from && sources.contains(&id.source));
            }
            Write::DeleteOrganization(organization) => self.remove(*organization, |_| true),
        }
    }
}

impl Memory {
    /// An organization's vectors, by id.
    pub(super) fn of(&self, organization: OrganizationId) -> impl Iterator<Item = &VectorRecord> {
        self.vectors.iter().filter(move |((owner, _), _)| *owner == organization).map(|(_, record)| record)
    }

    fn remove(&mut self, organization: OrganizationId, is_gone: impl Fn(VectorId) -> bool) {
        let gone = self.vectors.extract_if(.., |(owner, id), _| *owner == organization && is_gone(*id));
        self.past.extend(gone.map(|((owner, _), record)| (owner, record)));
    }

    pub(super) fn nearest(
        &self,
        organization: OrganizationId,
        query: &VectorQuery,
        lies: &[VectorLie],
    ) -> Vec<VectorHit> {
        let lies_so = |lie: fn(&VectorLie) -> bool| lies.iter().any(lie);
        let any_filter = lies_so(|lie| matches!(lie, VectorLie::IgnoresTheFilter));
        let any_owner = lies_so(|lie| matches!(lie, VectorLie::IgnoresTheOrganization));
        let with_past = lies_so(|lie| matches!(lie, VectorLie::KeepsWhatWasDeleted));
        let now = self.vectors.iter().map(|((owner, _), record)| (owner, record));
        let past = self.past.iter().filter(|_| with_past).map(|(owner, record)| (owner, record));
        let fitting = now
            .chain(past)
            .filter(|(owner, _)| any_owner || **owner == organization)
            .filter(|(_, record)| any_filter || fits(query, record));
        let mut hits: Vec<VectorHit> = fitting
            .map(|(_, record)| VectorHit {
                id: record.id,
                version: record.version,
                score: cosine(&query.values, &record.values),
            })
            .collect();
        hits.sort_by(|one, other| other.score.total_cmp(&one.score));
        let added = lies.iter().flat_map(|lie| match lie {
            VectorLie::Adds(hits) => hits.as_slice(),
            VectorLie::IgnoresTheFilter | VectorLie::IgnoresTheOrganization | VectorLie::KeepsWhatWasDeleted => &[],
        });
        let limit = query.limit.min(VectorQuery::MAX_LIMIT) as usize;
        added.copied().chain(hits).take(limit).collect()
    }
}

fn fits(query: &VectorQuery, record: &VectorRecord) -> bool {
    record.model == query.model
        && record.values.len() == query.values.len()
        && record.places.iter().any(|place| query.places.contains(place))
        && query.kind.is_none_or(|kind| kind == kind_of(record.id.source))
        && query.author.is_none_or(|author| record.author == Some(author))
        && query.files.as_ref().is_none_or(|files| match record.id.source {
            VectorSource::File(file) => files.contains(&file),
            VectorSource::Message(_) => false,
        })
        && query.since.is_none_or(|since| record.created_at >= since)
        && query.before.is_none_or(|before| record.created_at < before)
}

fn kind_of(source: VectorSource) -> VectorKind {
    match source {
        VectorSource::Message(_) => VectorKind::Message,
        VectorSource::File(_) => VectorKind::File,
    }
}
