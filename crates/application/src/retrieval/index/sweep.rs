use std::collections::{HashMap, HashSet};

use stead_domain::{
    FileId, MessageId, OrganizationId,
    ports::{
        store::EmbeddedSource,
        vector_store::{VectorId, VectorSource},
    },
};

use super::{FILES, MESSAGES};
use crate::{Application, Error};

/// How many notes are looked at in one go.
const NOTES: u32 = 500;
/// An index elsewhere may show only after a while what it was given: what was given it less long ago is left alone, in
/// seconds.
const SETTLING: u64 = 600;

/// Where in a sweep one is: first what was noted is compared with what there is, then, organization by organization, what the
/// index lists with what was noted.
enum Part {
    Notes(Option<VectorSource>),
    Lists(Option<OrganizationId>),
}

impl Application {
    /// Goes a step of a sweep; answers where the next one begins.
    pub(super) async fn sweep_vectors(
        &self,
        organization: Option<OrganizationId>,
        after: Option<String>,
    ) -> Result<Option<String>, Error> {
        match read(after.as_deref()) {
            Part::Notes(after) => {
                let notes = self.store.list_embedded(organization, after, NOTES).await?;
                let Some(last) = notes.last() else { return Ok(Some(written(&Part::Lists(None)))) };
                let next = written(&Part::Notes(Some(last.source)));
                self.forget_what_is_gone(&notes).await?;
                Ok(Some(next))
            }
            Part::Lists(after) => {
                let next = match organization {
                    Some(organization) => Some(organization).filter(|_| after.is_none()),
                    None => self.store.walk_organizations(after, 1).await?.pop(),
                };
                let Some(next) = next else { return Ok(None) };
                self.compare_with_list(next).await?;
                Ok(Some(written(&Part::Lists(Some(next)))))
            }
        }
    }

    /// Answers how many of them are gone.
    pub(super) async fn forget_what_is_gone(&self, notes: &[EmbeddedSource]) -> Result<usize, Error> {
        let (messages, files) = by_kind(notes.iter().map(|note| note.source));
        let mut there: HashSet<VectorSource> = HashSet::new();
        let found = self.store.messages_to_index(&messages).await?;
        there.extend(found.into_iter().map(|message| VectorSource::Message(message.id)));
        let found = self.store.files_to_index(&files).await?;
        there.extend(found.into_iter().map(|found| VectorSource::File(found.file.id)));
        let gone: Vec<&EmbeddedSource> = notes.iter().filter(|note| !there.contains(&note.source)).collect();
        let count = gone.len();
        self.remove_vectors(gone).await?;
        Ok(count)
    }

    /// Removes what the index lists and nobody noted, and gives it anew what was noted and it does not list.
    async fn compare_with_list(&self, organization: OrganizationId) -> Result<(), Error> {
        let mut listed: HashSet<VectorSource> = HashSet::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.vectors.list(organization, after.as_deref()).await?;
            listed.extend(page.ids.iter().map(|id| id.source));
            self.remove_unknown(organization, &page.ids).await?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let settled = self.clock.now().minus(std::time::Duration::from_secs(SETTLING));
        let mut last = None;
        loop {
            let notes = self.store.list_embedded(Some(organization), last, NOTES).await?;
            let Some(end) = notes.last() else { return Ok(()) };
            last = Some(end.source);
            let is_lost =
                |note: &&EmbeddedSource| note.chunks > 0 && note.at < settled && !listed.contains(&note.source);
            let lost: Vec<VectorSource> = notes.iter().filter(is_lost).map(|note| note.source).collect();
            if !lost.is_empty() {
                tracing::warn!(%organization, count = lost.len(), "the index of vectors had lost some");
                metrics::counter!("stead_vectors_mended_total", "what" => "lost")
                    .increment(u64::try_from(lost.len()).unwrap_or(0));
                self.give_anew(&lost).await?;
            }
        }
    }

    async fn remove_unknown(&self, organization: OrganizationId, ids: &[VectorId]) -> Result<(), Error> {
        for some in ids.chunks(1_000) {
            let sources: HashSet<VectorSource> = some.iter().map(|id| id.source).collect();
            let sources: Vec<VectorSource> = sources.into_iter().collect();
            let noted = self.store.find_embedded(&sources).await?;
            let noted: HashMap<VectorSource, u32> = noted
                .into_iter()
                .filter(|note| note.organization_id == organization)
                .map(|note| (note.source, note.chunks))
                .collect();
            let is_known = |id: &&VectorId| noted.get(&id.source).is_some_and(|chunks| id.chunk < *chunks);
            let unknown: Vec<VectorId> = some.iter().filter(|id| !is_known(id)).copied().collect();
            if !unknown.is_empty() {
                tracing::warn!(%organization, count = unknown.len(), "the index of vectors held some of nothing");
                metrics::counter!("stead_vectors_mended_total", "what" => "orphan")
                    .increment(u64::try_from(unknown.len()).unwrap_or(0));
                self.vectors.delete(organization, &unknown).await?;
            }
        }
        Ok(())
    }

    async fn give_anew(&self, lost: &[VectorSource]) -> Result<(), Error> {
        let (messages, files) = by_kind(lost.iter().copied());
        for some in messages.chunks(MESSAGES) {
            self.index_messages(some, true).await?;
        }
        for some in files.chunks(FILES) {
            self.index_files(some, true).await?;
        }
        Ok(())
    }
}

fn by_kind(sources: impl Iterator<Item = VectorSource>) -> (Vec<MessageId>, Vec<FileId>) {
    let (mut messages, mut files) = (Vec::new(), Vec::new());
    for source in sources {
        match source {
            VectorSource::Message(id) => messages.push(id),
            VectorSource::File(id) => files.push(id),
        }
    }
    (messages, files)
}

/// What cannot be read is the beginning.
fn read(place: Option<&str>) -> Part {
    let read = place.and_then(|place| {
        let (part, rest) = place.split_once(':')?;
        Some(match part {
            "message" => Part::Notes(Some(VectorSource::Message(rest.parse().ok()?))),
            "file" => Part::Notes(Some(VectorSource::File(rest.parse().ok()?))),
            "list" if rest.is_empty() => Part::Lists(None),
            "list" => Part::Lists(Some(rest.parse().ok()?)),
            _ => return None,
        })
    });
    read.unwrap_or(Part::Notes(None))
}

fn written(place: &Part) -> String {
    match place {
        Part::Notes(None) => String::new(),
        Part::Notes(Some(VectorSource::Message(id))) => format!("message:{id}"),
        Part::Notes(Some(VectorSource::File(id))) => format!("file:{id}"),
        Part::Lists(None) => "list:".to_owned(),
        Part::Lists(Some(organization)) => format!("list:{organization}"),
    }
}
