use std::sync::Arc;

use futures_util::future::BoxFuture;
use stead_domain::{
    ports::store::{AppendChunks, Appended, RunChange, StoreError},
    run::{Lease, Run, RunChunk, RunChunkKind},
};

use super::{live::LiveRun, rounds::BETWEEN_ROUNDS};
use crate::Application;

/// What is told of an attempt: at once to readers in memory, and kept beside the stream, one append at a time, so that no
/// token waits for the disk.
pub struct Telling<'a> {
    pub application: &'a Application,
    pub run: &'a Run,
    pub lease: &'a Lease,
    pub live: &'a LiveRun,
    /// The answer so far, of all rounds.
    pub content: String,
    /// Where in it the round that is being written begins.
    round_from: usize,
    /// Bytes and characters of the content that were handed over to be kept.
    kept: usize,
    kept_chars: i32,
    /// Kept events so far.
    n: i32,
    appending: Option<BoxFuture<'a, Result<Appended, StoreError>>>,
}

impl<'a> Telling<'a> {
    /// Goes on after `content` and `n` events, which have been told and kept.
    pub fn new(
        application: &'a Application,
        run: &'a Run,
        lease: &'a Lease,
        live: &'a LiveRun,
        content: String,
        n: i32,
    ) -> Self {
        let (kept, kept_chars) = (content.len(), chars(&content));
        Self { application, run, lease, live, round_from: kept, content, kept, kept_chars, n, appending: None }
    }

    /// What follows is the text of another round.
    pub fn begin_round(&mut self) {
        self.round_from = self.content.len();
    }

    /// What was said in this round.
    pub fn round_text(&self) -> &str {
        let text = self.content.get(self.round_from..).unwrap_or_default();
        if self.round_from == 0 { text } else { text.strip_prefix(BETWEEN_ROUNDS).unwrap_or(text) }
    }

    pub fn text(&mut self, text: &str) {
        if self.round_from == self.content.len() && self.round_from > 0 {
            self.content.push_str(BETWEEN_ROUNDS);
            self.live.push_content(BETWEEN_ROUNDS);
        }
        self.content.push_str(text);
        self.live.push_content(text);
    }

    /// How much text waits to be kept, in bytes.
    pub fn waiting(&self) -> usize {
        self.content.len() - self.kept
    }

    /// Begins to keep the text that is new, unless other text is being kept.
    pub fn keep(&mut self) {
        if self.appending.is_some() {
            return;
        }
        let Some(chunk) = self.next_text() else { return };
        let (store, run, lease) = (Arc::clone(&self.application.store), self.run.id, self.lease.clone());
        let attempt = self.run.attempt;
        self.appending = Some(Box::pin(async move {
            store.append_run_chunks(AppendChunks { run, lease, attempt, chunks: vec![chunk] }).await
        }));
    }

    /// Waits for the append that is under way; forever if there is none.
    pub async fn appended(&mut self) -> Result<Appended, StoreError> {
        match &mut self.appending {
            Some(appending) => {
                let appended = appending.await;
                self.appending = None;
                appended
            }
            None => std::future::pending().await,
        }
    }

    /// The change that keeps what is not kept yet, and then these events. It has to be committed: it is not made again.
    pub async fn pieces(&mut self, events: impl IntoIterator<Item = RunChunkKind>) -> RunChange {
        // Pieces are read in their order: what is under way comes before.
        if self.appending.is_some()
            && let Err(error) = self.appended().await
        {
            tracing::warn!(run = %self.run.id, error = &error as &dyn std::error::Error, "a piece of an answer was not kept");
        }
        let mut chunks: Vec<RunChunk> = self.next_text().into_iter().collect();
        for kind in events {
            chunks.push(RunChunk { n: self.n, chars_from: self.kept_chars, kind });
            self.n = self.n.saturating_add(1);
        }
        RunChange::Tell { run: self.run.id, attempt: self.run.attempt, chunks }
    }

    fn next_text(&mut self) -> Option<RunChunk> {
        let text = self.content.get(self.kept..).filter(|text| !text.is_empty())?.to_owned();
        let chars_from = self.kept_chars;
        self.kept = self.content.len();
        self.kept_chars = self.kept_chars.saturating_add(chars(&text));
        Some(RunChunk { n: self.n, chars_from, kind: RunChunkKind::Text(text) })
    }
}

pub fn chars(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX)
}
