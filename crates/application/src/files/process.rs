use stead_domain::{
    FileId, Timestamp,
    event::{Audience, EventKind, NewEvent},
    file::{File, FileStatus},
    job::{ClaimedJob, MAX_ATTEMPTS},
    passage::Passage,
    ports::store::{Change, Commit, FileChange, Guard, PassageChange},
};

use super::unreadable::{MODEL_AWAY, Unreadable};
use crate::{Application, Error};

/// How many passages a commit writes.
const PASSAGES_A_COMMIT: usize = 200;

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Understood {
    /// In passages; none of what only a person can look at.
    pub passages: Vec<Passage>,
    /// In a few sentences.
    pub summary: Option<String>,
}

/// Why a file is not understood.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It never will be.
    Unreadable(Unreadable),
    /// It may be later: the model, the object store or the database was the cause.
    NotNow(Error),
}

impl<E: Into<Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::NotNow(error.into())
    }
}

impl Application {
    /// Understands a file: reads its text, or has the model describe or write down what it holds; keeps that in passages,
    /// with a summary. Done again, it writes the same, or nothing. A file that cannot be read is failed, with a reason for
    /// people, and not tried again; one whose model or storage is away is tried again, and failed after the last time.
    pub(crate) async fn process_file(&self, job: &ClaimedJob, id: FileId) -> Result<(), Error> {
        let Some(file) = self.store.find_file(job.organization_id, id).await? else { return Ok(()) };
        if file.status == FileStatus::Ready {
            return Ok(());
        }
        let is_last_try = job.attempts >= MAX_ATTEMPTS;
        match self.understand(&file, is_last_try).await {
            Ok(understood) => self.keep_understood(job, &file, understood).await,
            Err(Trouble::Unreadable(reason)) => self.keep_failed(job, &file, reason).await,
            Err(Trouble::NotNow(error)) => {
                if is_last_try {
                    self.keep_failed(job, &file, MODEL_AWAY).await?;
                }
                Err(error)
            }
        }
    }

    async fn keep_understood(&self, job: &ClaimedJob, file: &File, understood: Understood) -> Result<(), Error> {
        let Understood { passages, summary } = understood;
        let count = i32::try_from(passages.len()).unwrap_or(i32::MAX);
        for some in passages.chunks(PASSAGES_A_COMMIT) {
            let (organization, passages) = (file.organization_id, some.to_vec());
            let put = PassageChange::Put { organization, file: file.id, passages };
            self.commit_under_lease(job, vec![Change::Passage(put)], Vec::new()).await?;
        }
        let cut = PassageChange::CutAt { file: file.id, n: count };
        let ready = FileChange::Understood { file: file.id, status: FileStatus::Ready, summary };
        self.commit_under_lease(job, vec![Change::Passage(cut), Change::File(ready)], vec![self.file_updated(file)])
            .await
    }

    async fn keep_failed(&self, job: &ClaimedJob, file: &File, reason: Unreadable) -> Result<(), Error> {
        let status = FileStatus::Failed { code: reason.code.to_owned(), message: reason.message.to_owned() };
        let cut = PassageChange::CutAt { file: file.id, n: 0 };
        let failed = FileChange::Understood { file: file.id, status, summary: None };
        self.commit_under_lease(job, vec![Change::Passage(cut), Change::File(failed)], vec![self.file_updated(file)])
            .await
    }

    fn file_updated(&self, file: &File) -> NewEvent {
        file_event(file, EventKind::FileUpdated, file.version + 1, self.clock.now())
    }

    /// Nobody writes who has lost the job to somebody else.
    async fn commit_under_lease(
        &self,
        job: &ClaimedJob,
        changes: Vec<Change>,
        events: Vec<NewEvent>,
    ) -> Result<(), Error> {
        let guards = vec![Guard::JobLease { job: job.id, lease: job.lease.clone() }];
        self.commit(Commit { guards, changes, events, ..Commit::default() }).await?;
        Ok(())
    }
}

/// What a file's uploader is told of it. (Who else may read it is told with the message or thread that it lies in.)
pub(super) fn file_event(file: &File, kind: EventKind, version: i64, at: Timestamp) -> NewEvent {
    NewEvent {
        organization_id: file.organization_id,
        conversation_id: None,
        audience: Audience::User(file.uploaded_by),
        kind,
        subject_id: file.id.uuid(),
        subject_version: version,
        at,
    }
}
