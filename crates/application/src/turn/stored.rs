use std::time::Duration;

use stead_domain::{
    MessageId, OrganizationId, RunId, ToolCallId,
    ports::store::StoreError,
    run::{Run, RunChunk, RunChunkKind},
    tool_call::ToolCall,
};

use super::{
    engine::is_in_room,
    events::{RunEvent, StreamPosition},
    told::{closing, opening},
    told_calls::told_as,
};
use crate::{Application, Error};

/// For so long after its end a run's answer is told as it was written; afterwards as a snapshot.
const TOLD_AS_WRITTEN: Duration = Duration::from_secs(60 * 60);

impl Application {
    /// What the database knows of a run's stream beyond a place in it, in order; `None` if the run is gone.
    pub(super) async fn stored_news(
        &self,
        organization: OrganizationId,
        run: RunId,
        at: StreamPosition,
    ) -> Result<Option<Vec<(StreamPosition, RunEvent)>>, Error> {
        let Some(run) = self.store.find_run(organization, run).await? else { return Ok(None) };
        let Some(said) = self.store.find_message(organization, run.trigger_message_id).await? else { return Ok(None) };
        let answer = match run.answer_message_id {
            Some(answer) => self.store.find_message(organization, answer).await?,
            None => None,
        };
        let message_id = run.told_as();
        let (ended, begun) = (run.status.has_ended(), run.has_started());
        let whole = answer.as_ref().filter(|_| ended).map(|answer| answer.message.content.clone());
        let calls = match &answer {
            Some(answer) => answer.tool_calls.clone(),
            None if is_in_room(&run) => self.store.list_tool_calls(organization, run.id).await?,
            None => Vec::new(),
        };
        let mut news = News { at, events: Vec::new(), message_id };
        let opening = opening(&run, said);
        let opening_length = u32::try_from(opening.len()).unwrap_or(u32::MAX);
        if at == StreamPosition::default() {
            news.at.attempt = run.told_attempt();
        } else if at.attempt != run.told_attempt() {
            let content = match &whole {
                Some(whole) => whole.clone(),
                None => self.text_so_far(&run).await?,
            };
            let events = if begun { self.told_so_far(&run).await?.0 } else { 0 };
            let n = opening_length.saturating_add(u32::try_from(events).unwrap_or(0));
            news.at = StreamPosition { attempt: run.told_attempt(), n, chars: content.chars().count() };
            news.stand_in(RunEvent::Restarted { attempt: run.told_attempt() });
            news.stand_in(RunEvent::Snapshot { message_id, content });
        }
        news.tell_from(0, opening);
        // What was written without tools is told from the answer alone once it is whole.
        let from = i32::try_from(news.at.chars).unwrap_or(i32::MAX);
        let pieces = if begun && (!ended || !calls.is_empty()) {
            self.store.list_run_chunks(run.id, run.attempt, from).await?
        } else {
            Vec::new()
        };
        let events = match &whole {
            Some(whole) if is_old(&run, self.clock.now()) => {
                news.text(0, whole, true);
                0
            }
            Some(whole) => {
                let events = news.pieces(&pieces, opening_length, &calls);
                news.text(0, whole, false);
                events
            }
            None => {
                if end_of(&pieces) < news.at.chars {
                    let content = self.text_so_far(&run).await?;
                    news.text(0, &content, false);
                }
                news.pieces(&pieces, opening_length, &calls)
            }
        };
        if ended {
            let told =
                if pieces.is_empty() && !calls.is_empty() { news.at.n.saturating_sub(opening_length) } else { events };
            news.tell_closing(opening_length.saturating_add(told), closing(&run, answer));
        }
        Ok(Some(news.events))
    }

    /// The text that was kept of the attempt that a run is in.
    pub(super) async fn text_so_far(&self, run: &Run) -> Result<String, StoreError> {
        let chunks = self.store.list_run_chunks(run.id, run.attempt, 0).await?;
        Ok(chunks.iter().filter_map(|chunk| text_of(&chunk.kind)).collect())
    }
}

fn is_old(run: &Run, now: stead_domain::Timestamp) -> bool {
    run.ended_at.is_some_and(|ended| now.since(ended) > TOLD_AS_WRITTEN)
}

fn text_of(kind: &RunChunkKind) -> Option<&str> {
    match kind {
        RunChunkKind::Text(text) => Some(text),
        RunChunkKind::ApprovalRequested(_) | RunChunkKind::ToolCallStarted(_) | RunChunkKind::ToolCallCompleted(_) => {
            None
        }
    }
}

fn subject_of(kind: &RunChunkKind) -> Option<ToolCallId> {
    match kind {
        RunChunkKind::Text(_) => None,
        RunChunkKind::ApprovalRequested(call)
        | RunChunkKind::ToolCallStarted(call)
        | RunChunkKind::ToolCallCompleted(call) => Some(*call),
    }
}

/// How many characters of the answer the pieces reach up to.
fn end_of(pieces: &[RunChunk]) -> usize {
    let end = |piece: &RunChunk| {
        let length = text_of(&piece.kind).map_or(0, |text| text.chars().count());
        usize::try_from(piece.chars_from).unwrap_or(0) + length
    };
    pieces.iter().map(end).max().unwrap_or(0)
}

struct News {
    at: StreamPosition,
    events: Vec<(StreamPosition, RunEvent)>,
    message_id: MessageId,
}

impl News {
    /// Tells what stands in for something that was missed: it takes no place of its own.
    fn stand_in(&mut self, event: RunEvent) {
        self.events.push((self.at, event));
    }

    /// Tells the events that begin at the place `first`, but for those that were told before.
    fn tell_from(&mut self, first: u32, events: Vec<RunEvent>) {
        let told = self.at.n.saturating_sub(first) as usize;
        for event in events.into_iter().skip(told) {
            self.at.n += 1;
            self.events.push((self.at, event));
        }
    }

    /// The same for the events that a stream ends with, of which the last is always told: a reader who comes back has to
    /// learn that nothing follows.
    fn tell_closing(&mut self, first: u32, mut events: Vec<RunEvent>) {
        let told = self.at.n.saturating_sub(first) as usize;
        if told >= events.len() {
            let last = events.pop();
            last.into_iter().for_each(|event| self.stand_in(event));
        } else {
            self.tell_from(first, events);
        }
    }

    /// Tells what is new of kept pieces, and answers how many events the stream has up to their end.
    fn pieces(&mut self, pieces: &[RunChunk], first: u32, calls: &[ToolCall]) -> u32 {
        let mut events = 0;
        for piece in pieces {
            let from = usize::try_from(piece.chars_from).unwrap_or(0);
            if let Some(text) = text_of(&piece.kind)
                && from + text.chars().count() > self.at.chars
            {
                self.text(from, text, false);
            }
            let call = subject_of(&piece.kind).and_then(|id| calls.iter().find(|call| call.id == id));
            if let Some(call) = call {
                let n = u32::try_from(piece.n).unwrap_or(0);
                self.tell_from(first.saturating_add(n), vec![told_as(&piece.kind, call)]);
                events = n.saturating_add(1);
            }
        }
        events
    }

    /// Tells what is new of the text, of which so many characters come before `text`.
    fn text(&mut self, before: usize, text: &str, as_snapshot: bool) {
        let message_id = self.message_id;
        let all = before + text.chars().count();
        if all < self.at.chars || (as_snapshot && self.at.chars == 0) {
            // What was told and not kept when a process died is taken back.
            self.at.chars = all;
            self.stand_in(RunEvent::Snapshot { message_id, content: text.to_owned() });
            return;
        }
        let delta: String = text.chars().skip(self.at.chars - before.min(self.at.chars)).collect();
        if !delta.is_empty() {
            self.at.chars = all;
            self.events.push((self.at, RunEvent::ContentDelta { message_id, delta }));
        }
    }
}
