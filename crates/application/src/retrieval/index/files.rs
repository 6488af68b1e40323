use std::{collections::HashMap, hash::DefaultHasher, hash::Hash, hash::Hasher};

use stead_domain::{
    FileId,
    file::{File, FileStatus},
    passage::Passage,
    ports::{
        store::{EmbeddedSource, FileToIndex, WalkThrough},
        vector_store::{VectorId, VectorRecord, VectorSource},
    },
};

use super::embed::Embedded;
use crate::{Application, Error};

/// How many passages are read, embedded and stored together.
const PASSAGES: u32 = 100;
/// How many ids are read at once.
const PAGE: u32 = 1_000;

impl Application {
    /// Brings the vectors of files to what these are now: one of the summary, one of each passage. Those of the passages were
    /// made when the file was read; only what was made by another model is embedded anew.
    pub(super) async fn index_files(&self, ids: &[FileId], forced: bool) -> Result<(), Error> {
        let sources: Vec<VectorSource> = ids.iter().map(|id| VectorSource::File(*id)).collect();
        let noted = self.store.find_embedded(&sources).await?;
        let noted: HashMap<VectorSource, EmbeddedSource> = noted.into_iter().map(|one| (one.source, one)).collect();
        let found = self.store.files_to_index(ids).await?;
        let ready = |found: &FileToIndex| found.file.status == FileStatus::Ready;
        let there: Vec<FileToIndex> = found.into_iter().filter(ready).collect();
        let is_there = |source: &VectorSource| {
            let VectorSource::File(id) = source else { return false };
            there.iter().any(|found| found.file.id == *id)
        };
        self.remove_vectors(noted.values().filter(|one| !is_there(&one.source))).await?;
        let model = self.models.embedding_model();
        for found in &there {
            let noted = noted.get(&VectorSource::File(found.file.id));
            let is_known = noted.is_some_and(|noted| {
                noted.version == found.file.version && noted.model == model && noted.digest == digest(found)
            });
            if forced || !is_known {
                self.index_file(found, noted).await?;
            }
        }
        Ok(())
    }

    async fn index_file(&self, found: &FileToIndex, noted: Option<&EmbeddedSource>) -> Result<(), Error> {
        let (file, organization) = (&found.file, found.file.organization_id);
        let source = VectorSource::File(file.id);
        let mut chunks = 0;
        if let Some(summary) = &file.summary {
            let text = format!("{}\n{summary}", file.name.as_str());
            let Embedded::Vectors(vectors) = self.embed_for_index(organization, &[text]).await? else { return Ok(()) };
            chunks = 1;
            let records = vectors.into_iter().flatten().map(|values| self.record_of_file(found, 0, values));
            self.vectors.upsert(organization, records.collect()).await?;
        }
        let mut from = 0;
        loop {
            let passages = self.store.list_passages(file.id, from, PASSAGES).await?;
            let Some(last) = passages.last() else { break };
            from = last.n.saturating_add(1);
            let Some(vectors) = self.vectors_of(file, &passages).await? else { return Ok(()) };
            let mut records = Vec::new();
            for (passage, values) in passages.iter().zip(vectors) {
                let id = VectorId::passage(file.id, u32::try_from(passage.n).unwrap_or(0));
                chunks = chunks.max(id.chunk.saturating_add(1));
                records.extend(values.map(|values| self.record_of_file(found, id.chunk, values)));
            }
            self.vectors.upsert(organization, records).await?;
        }
        if noted.is_some_and(|noted| noted.chunks > chunks) {
            self.vectors.delete_sources(organization, &[source], chunks).await?;
        }
        let note = EmbeddedSource {
            source,
            organization_id: organization,
            conversation_id: None,
            version: file.version,
            chunks,
            model: self.models.embedding_model().to_owned(),
            digest: digest(found),
            at: self.clock.now(),
        };
        Ok(self.store.note_embedded(vec![note]).await?)
    }

    /// The vectors of passages: those that they have, or new ones. `None`: no new ones may be made now.
    async fn vectors_of(&self, file: &File, passages: &[Passage]) -> Result<Option<Vec<Option<Vec<f32>>>>, Error> {
        let model = self.models.embedding_model();
        let own = |passage: &Passage| {
            let embedding = passage.embedding.as_ref().filter(|embedding| embedding.model == model);
            embedding.map(|embedding| embedding.values.clone())
        };
        let mut vectors: Vec<Option<Vec<f32>>> = passages.iter().map(own).collect();
        let missing: Vec<String> = passages
            .iter()
            .zip(&vectors)
            .filter(|(_, vector)| vector.is_none())
            .map(|(passage, _)| format!("{}\n{}", passage.place, passage.text))
            .collect();
        let Embedded::Vectors(made) = self.embed_for_index(file.organization_id, &missing).await? else {
            return Ok(None);
        };
        for (vector, made) in vectors.iter_mut().filter(|vector| vector.is_none()).zip(made) {
            *vector = made;
        }
        Ok(Some(vectors))
    }

    fn record_of_file(&self, found: &FileToIndex, chunk: u32, values: Vec<f32>) -> VectorRecord {
        let file = &found.file;
        VectorRecord {
            id: VectorId { source: VectorSource::File(file.id), chunk },
            values,
            model: self.models.embedding_model().to_owned(),
            places: found.places.clone(),
            file_name: Some(file.name.as_str().to_owned()),
            author: Some(file.uploaded_by),
            created_at: file.created_at,
            version: file.version,
        }
    }

    /// The files attached in a conversation.
    pub(super) async fn files_in(&self, through: WalkThrough) -> Result<Vec<FileId>, Error> {
        let mut all = Vec::new();
        loop {
            let page = self.store.walk_files(through, all.last().copied(), PAGE).await?;
            let is_last = page.is_empty();
            all.extend(page.into_iter().map(|one| one.file));
            if is_last {
                return Ok(all);
            }
        }
    }
}

/// In which places a file is found, in short.
fn digest(found: &FileToIndex) -> i64 {
    let mut hasher = DefaultHasher::new();
    let mut places = found.places.clone();
    places.sort_unstable();
    places.hash(&mut hasher);
    i64::from_ne_bytes(hasher.finish().to_ne_bytes())
}
