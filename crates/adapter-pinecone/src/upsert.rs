//! Vectors on their way in: checked, each id once, in batches that Pinecone takes.

use std::collections::BTreeMap;

use bytes::Bytes;
use stead_domain::{
    OrganizationId,
    ports::vector_store::{VectorId, VectorRecord, VectorStoreError, finite},
};

use crate::{metadata::Metadata, wire::VectorJson};

/// Pinecone takes 1,000, and recommends fewer.
const MAX_VECTORS: usize = 100;
/// Pinecone takes 2 MB.
const MAX_BYTES: usize = 1_900_000;

/// What is to be sent.
pub(crate) struct Upsert {
    /// The bodies of requests.
    pub(crate) bodies: Vec<Bytes>,
    /// What has no direction, and is not to be there.
    pub(crate) void: Vec<VectorId>,
}

impl Upsert {
    pub(crate) fn new(
        organization: OrganizationId,
        records: Vec<VectorRecord>,
        dimension: usize,
    ) -> Result<Self, VectorStoreError> {
        for record in &records {
            record.check()?;
            checked(&record.values, dimension)?;
        }
        // Of one id given twice, the last one counts.
        let records: BTreeMap<VectorId, VectorRecord> = records.into_iter().map(|record| (record.id, record)).collect();
        let (mut kept, mut void) = (Vec::new(), Vec::new());
        for (id, record) in records {
            if record.values.iter().all(|value| *value == 0.0) {
                void.push(id);
            } else {
                kept.push(written(organization, &record)?);
            }
        }
        Ok(Self { bodies: bodies(organization, &kept), void })
    }
}

/// Whether the index can take it.
pub(crate) fn checked(values: &[f32], dimension: usize) -> Result<(), VectorStoreError> {
    if values.len() != dimension {
        return Err(VectorStoreError::Dimension { given: values.len(), expected: dimension });
    }
    finite(values)
}

fn written(organization: OrganizationId, record: &VectorRecord) -> Result<Vec<u8>, VectorStoreError> {
    let vector = VectorJson {
        id: record.id.to_text(organization),
        values: &record.values,
        metadata: Metadata::new(organization, record),
    };
    serde_json::to_vec(&vector)
        .map_err(|error| VectorStoreError::rejected(format!("a vector is no JSON ({:?})", error.classify())))
}

/// Put together by hand, so that their sizes are known before.
fn bodies(organization: OrganizationId, vectors: &[Vec<u8>]) -> Vec<Bytes> {
    let (mut bodies, mut rest) = (Vec::new(), vectors);
    while !rest.is_empty() {
        let mut size = 0;
        let fits = rest.iter().take(MAX_VECTORS).take_while(|vector| {
            size += vector.len() + 1;
            size <= MAX_BYTES
        });
        let (batch, later) = rest.split_at(fits.count().max(1));
        let mut body = format!("{{\"namespace\":\"{organization}\",\"vectors\":[").into_bytes();
        body.extend_from_slice(&batch.join(&b','));
        body.extend_from_slice(b"]}");
        bodies.push(body.into());
        rest = later;
    }
    bodies
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn batches_are_bounded_and_hold_every_vector_once() {
        let organization = OrganizationId::new(Uuid::nil());
        let long = vec![b'1'; MAX_BYTES / 3];
        let vectors: Vec<Vec<u8>> = std::iter::repeat_n(vec![b'2'], 150).chain(std::iter::repeat_n(long, 4)).collect();
        let bodies = bodies(organization, &vectors);
        let counts: Vec<usize> = bodies
            .iter()
            .map(|body| {
                serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default()["vectors"]
                    .as_array()
                    .map_or(0, Vec::len)
            })
            .collect();
        assert_eq!(bodies.len(), 3, "{counts:?}");
        assert!(bodies.iter().all(|body| body.len() < 2_000_000));
        assert_eq!(super::bodies(organization, &[]).len(), 0);
    }
}
