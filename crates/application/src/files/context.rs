//! What an answer is told of the files in its conversation.

use std::{collections::HashMap, time::Duration};

use stead_domain::{
    FileId,
    file::{File, FileStatus},
    passage::{Embedding, Passage},
    run::Run,
    usage::{Account, UsagePurpose},
};
use tokio::time::{Instant, sleep, timeout};

use super::{
    relevance::{Marks, Question},
    shown::{Shown, told},
};
use crate::{Application, Error, metering::Unanswered};

/// The share of a prompt that files may take.
const SHARE: u32 = 2;
/// How long an answer waits for files that are still being read, and how often it looks.
const READING: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the question may take to be embedded. Without, its words alone count.
const EMBEDDING: Duration = Duration::from_secs(5);
/// What is read at once, and how many passages are looked at in all: beyond are the oldest files' ends.
const PAGE: u32 = 200;
const MOST_PASSAGES: usize = 20_000;
/// A passage with less than this of the best one's score does not matter.
const MATTERS: f32 = 0.15;
/// What a file costs beside its passages, in tokens: its name, its summary, its fence.
const PER_FILE: i64 = 60;
/// What a passage costs beside its text: its place.
const PER_PASSAGE: i64 = 12;

impl Application {
    /// What the conversation's files say, as far as it matters to what is asked and fits in a share of the budget, as text for
    /// the model: each file whole if all of them fit, else the passages that matter. `None` where there are no files.
    pub(crate) async fn told_of_files(&self, run: &Run, budget: u32) -> Result<Option<String>, Error> {
        let files = self.files_once_read(run).await?;
        if files.is_empty() {
            return Ok(None);
        }
        let ids: Vec<FileId> = files.iter().map(|file| file.id).collect();
        let tokens: HashMap<FileId, i64> = self.store.passage_tokens(&ids).await?.into_iter().collect();
        let share = i64::from(budget / SHARE);
        let room = share - PER_FILE * i64::try_from(files.len()).unwrap_or(i64::MAX);
        let with_text: Vec<FileId> = ids.into_iter().filter(|file| tokens.contains_key(file)).collect();
        // A passage has about 400 tokens, and its place.
        let whole: i64 = tokens.values().map(|tokens| tokens + PER_PASSAGE * (tokens / 200 + 1)).sum();
        let fits = whole <= room;
        let chosen = if fits { HashMap::new() } else { self.choose(run, &with_text, room).await? };
        let mut shown = Vec::new();
        for file in files {
            let passages = if !with_text.contains(&file.id) {
                Vec::new()
            } else if fits {
                self.all_passages(file.id).await?
            } else {
                let numbers = chosen.get(&file.id).map(Vec::as_slice).unwrap_or_default();
                self.store.find_passages(file.id, numbers).await?
            };
            shown.push(Shown { has_text: with_text.contains(&file.id), is_whole: fits, file, passages });
        }
        Ok(Some(told(&shown, share)))
    }

    /// The conversation's files, once all of them are read, or it has been waited long enough.
    async fn files_once_read(&self, run: &Run) -> Result<Vec<File>, Error> {
        let until = Instant::now() + READING;
        loop {
            let (organization, conversation) = (run.organization_id, run.conversation_id);
            let files = self.store.files_for_answers(organization, conversation, run.trigger_message_id).await?;
            let are_read = files.iter().all(|file| file.status != FileStatus::Processing);
            if are_read || Instant::now() >= until || self.background.stopping().is_cancelled() {
                return Ok(files);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn all_passages(&self, file: FileId) -> Result<Vec<Passage>, Error> {
        let mut passages = Vec::new();
        loop {
            let from = i32::try_from(passages.len()).unwrap_or(i32::MAX);
            let page = self.store.list_passages(file, from, PAGE).await?;
            let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            passages.extend(page);
            if is_last {
                return Ok(passages);
            }
        }
    }

    /// The numbers of the passages that matter most, by file, as many as there is room for.
    async fn choose(&self, run: &Run, files: &[FileId], room: i64) -> Result<HashMap<FileId, Vec<i32>>, Error> {
        let question = self.question(run).await?;
        let (mut marks, mut seen) = (Marks::new(&question), Vec::new());
        for file in files {
            let mut from = 0;
            while seen.len() < MOST_PASSAGES {
                let page = self.store.list_passages(*file, from, PAGE).await?;
                let Some(last) = page.last() else { break };
                from = last.n.saturating_add(1);
                for passage in &page {
                    marks.look(passage);
                    seen.push((*file, passage.n, i64::from(passage.tokens) + PER_PASSAGE));
                }
            }
        }
        let scores = marks.scores();
        let best = scores.iter().copied().fold(0.0, f32::max);
        let mut ranked: Vec<_> = seen.into_iter().zip(scores).collect();
        // Stable: of equals, what stands first. Where nothing fits, that is the beginnings.
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        let (mut chosen, mut left) = (HashMap::<FileId, Vec<i32>>::new(), room);
        for ((file, n, tokens), score) in ranked {
            if tokens > left || score < best * MATTERS {
                break;
            }
            left -= tokens;
            chosen.entry(file).or_default().push(n);
        }
        Ok(chosen)
    }

    /// What is asked, by its words and by its meaning.
    async fn question(&self, run: &Run) -> Result<Question, Error> {
        let asked = self.store.find_message(run.organization_id, run.trigger_message_id).await?;
        let text = asked.map(|asked| asked.message.content).unwrap_or_default();
        let texts = [text];
        let account = Account { purpose: UsagePurpose::Embedding, ..run.account() };
        let meaning = match timeout(EMBEDDING, self.metered(account).embed(&texts)).await {
            Ok(Ok(mut vectors)) => {
                vectors.pop().map(|values| Embedding { model: self.models.embedding_model().to_owned(), values })
            }
            Ok(Err(Unanswered::NotAllowed(_))) => None,
            Ok(Err(error)) => {
                tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "a question is compared by its words alone");
                None
            }
            Err(_elapsed) => {
                tracing::warn!(run = %run.id, "embedding a question took too long: it is compared by its words alone");
                None
            }
        };
        let [text] = texts;
        Ok(Question::new(&text, meaning))
    }
}
