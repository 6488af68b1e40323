use std::time::Duration;

use stead_domain::{
    MessageId, OrganizationId, RunId,
    run::{Run, RunChunkKind},
};

use super::{
    events::{RunEvent, StreamPosition},
    told::{closing, opening},
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
        let message_id = run.answer_message_id.unwrap_or(run.trigger_message_id);
        let mut news = News { at, events: Vec::new(), message_id };
        let opening = opening(&run, said);
        let opening_length = u32::try_from(opening.len()).unwrap_or(u32::MAX);
        if at == StreamPosition::default() {
            news.at.attempt = run.told_attempt();
        } else if at.attempt != run.told_attempt() {
            let content = match &answer {
                Some(answer) if run.status.has_ended() => answer.message.content.clone(),
                _ => self.text_so_far(&run, 0).await?.1,
            };
            let chars = content.chars().count();
            news.at = StreamPosition { attempt: run.told_attempt(), n: opening_length, chars };
            news.stand_in(RunEvent::Restarted { attempt: run.told_attempt() });
            news.stand_in(RunEvent::Snapshot { message_id, content });
        }
        news.tell_from(0, opening);
        match &answer {
            Some(answer) if run.status.has_ended() => {
                let long_ago = run.ended_at.is_some_and(|ended| self.clock.now().since(ended) > TOLD_AS_WRITTEN);
                news.text(0, &answer.message.content, long_ago);
            }
            _ if run.has_started() && !run.status.has_ended() => {
                let (from, text) = self.text_so_far(&run, news.at.chars).await?;
                news.text(from, &text, false);
            }
            _ => {}
        }
        if run.status.has_ended() {
            news.tell_closing(opening_length, closing(&run, answer));
        }
        Ok(Some(news.events))
    }

    /// The text that was kept of the attempt that a run is in: from the piece on that holds a character, and how many came
    /// before that piece.
    pub(super) async fn text_so_far(&self, run: &Run, from: usize) -> Result<(usize, String), Error> {
        let from = i32::try_from(from).unwrap_or(i32::MAX);
        let chunks = self.store.list_run_chunks(run.id, run.attempt, from).await?;
        let begins = chunks.first().map_or(0, |chunk| usize::try_from(chunk.chars_from).unwrap_or(0));
        let text = |kind| match kind {
            RunChunkKind::Text(text) => Some(text),
            RunChunkKind::ToolCallStarted(_) | RunChunkKind::ToolCallCompleted(_) => None,
        };
        Ok((begins, chunks.into_iter().filter_map(|chunk| text(chunk.kind)).collect()))
    }
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
