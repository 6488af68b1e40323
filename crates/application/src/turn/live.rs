use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use stead_domain::{
    ConversationId, MessageId,
    ports::store::ThreadMessage,
    run::{Run, RunStatus},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::events::{RunEvent, StreamPosition};

/// How much thinking is kept for followers, in bytes; what goes beyond is not shown.
const MAX_REASONING: usize = 512 * 1024;

/// A run's stream in memory. Writers append; every reader keeps its own place and takes what is new when it is woken, so
/// that a slow one holds nothing up and costs nothing: it just gets larger pieces.
pub struct LiveRun {
    pub conversation: ConversationId,
    answer: MessageId,
    log: Mutex<Log>,
    grown: watch::Sender<()>,
    /// This process works on it.
    begun: AtomicBool,
    /// Its person wants it stopped.
    pub cancelled: CancellationToken,
    /// It is somebody else's now, or its thread was deleted: stop, and write nothing more.
    pub lost: CancellationToken,
}

#[derive(Default)]
struct Log {
    attempt: i32,
    /// The message that is answered, until the stream has begun with it.
    opening: Option<ThreadMessage>,
    entries: Vec<Entry>,
    content: String,
    reasoning: usize,
    /// Where the next entry begins.
    end: StreamPosition,
    ended: bool,
}

struct Entry {
    /// Where it begins.
    at: StreamPosition,
    kind: EntryKind,
}

enum EntryKind {
    Event(Box<RunEvent>),
    /// This range of the content, in bytes.
    Content(usize, usize),
    Reasoning(String),
}

/// A reader's place in a [`LiveRun`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    entry: usize,
    /// Bytes of that entry that were taken.
    taken: usize,
}

impl Log {
    fn push(&mut self, event: RunEvent) {
        self.entries.push(Entry { at: self.end, kind: EntryKind::Event(Box::new(event)) });
        self.end.n += 1;
    }
}

impl LiveRun {
    pub fn new(run: &Run, answer: MessageId) -> Self {
        // What is told before it starts belongs to the attempt that will start.
        let attempt = if run.status == RunStatus::Queued { run.attempt + 1 } else { run.attempt };
        let log = Log { attempt, end: StreamPosition { attempt, ..StreamPosition::default() }, ..Log::default() };
        Self {
            conversation: run.conversation_id,
            answer,
            log: Mutex::new(log),
            grown: watch::Sender::new(()),
            begun: AtomicBool::new(false),
            cancelled: CancellationToken::new(),
            lost: CancellationToken::new(),
        }
    }

    /// Keeps the message that is answered until it is known how the stream begins.
    pub fn will_open_with(&self, said: ThreadMessage) {
        self.lock().opening = Some(said);
    }

    /// Begins the stream, once: that the run waits, where it does, then the message that is answered.
    pub fn tell_opening(&self, waiting: Option<&Run>) {
        let mut log = self.lock();
        let Some(said) = log.opening.take() else { return };
        if let Some(run) = waiting {
            log.push(RunEvent::Queued(run.clone()));
        }
        log.push(RunEvent::MessageCreated(said));
        drop(log);
        self.grown.send_replace(());
    }

    /// Begins an attempt.
    pub fn begin(&self, attempt: i32) {
        self.begun.store(true, Ordering::Relaxed);
        let mut log = self.lock();
        log.attempt = attempt;
        log.end.attempt = attempt;
    }

    /// Appends an event other than a delta.
    pub fn push(&self, event: RunEvent) {
        self.lock().push(event);
        self.grown.send_replace(());
    }

    /// Appends text of the answer.
    pub fn push_content(&self, text: &str) {
        let mut log = self.lock();
        let log_mut = &mut *log;
        let (from, at) = (log_mut.content.len(), log_mut.end);
        log_mut.content.push_str(text);
        let to = log_mut.content.len();
        log_mut.end.chars += text.chars().count();
        match log_mut.entries.last_mut() {
            Some(Entry { kind: EntryKind::Content(_, end), .. }) => *end = to,
            _ => log_mut.entries.push(Entry { at, kind: EntryKind::Content(from, to) }),
        }
        drop(log);
        self.grown.send_replace(());
    }

    /// Appends text of the thinking.
    pub fn push_reasoning(&self, text: &str) {
        let mut log = self.lock();
        let log_mut = &mut *log;
        if log_mut.reasoning + text.len() > MAX_REASONING {
            return;
        }
        log_mut.reasoning += text.len();
        let at = log_mut.end;
        match log_mut.entries.last_mut() {
            Some(Entry { kind: EntryKind::Reasoning(so_far), .. }) => so_far.push_str(text),
            _ => log_mut.entries.push(Entry { at, kind: EntryKind::Reasoning(text.to_owned()) }),
        }
        drop(log);
        self.grown.send_replace(());
    }

    /// Tells when there is more to read.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.grown.subscribe()
    }

    /// Says that nothing more will come.
    pub fn set_ended(&self) {
        self.lock().ended = true;
        self.grown.send_replace(());
    }

    /// Whether a process here works on it.
    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// Whether it was told to the run's end.
    pub fn has_last_event(&self) -> bool {
        let log = self.lock();
        log.entries.last().is_some_and(|entry| matches!(&entry.kind, EntryKind::Event(event) if event.is_last()))
    }

    /// Whether nothing more will come. What is there may still have to be read.
    pub fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// What came since `cursor`, which is moved on.
    pub fn read(&self, cursor: &mut Cursor) -> Vec<(StreamPosition, RunEvent)> {
        let log = self.lock();
        let mut events = Vec::new();
        while let Some(entry) = log.entries.get(cursor.entry) {
            let message_id = self.answer;
            match &entry.kind {
                EntryKind::Event(event) => {
                    let after = StreamPosition { n: entry.at.n + 1, ..entry.at };
                    events.push((after, event.as_ref().clone()));
                }
                EntryKind::Content(from, to) if from + cursor.taken < *to => {
                    let delta = log.content.get(from + cursor.taken..*to).unwrap_or_default().to_owned();
                    let chars = log.content.get(*from..*to).unwrap_or_default().chars().count();
                    let after = StreamPosition { chars: entry.at.chars + chars, ..entry.at };
                    cursor.taken = to - from;
                    events.push((after, RunEvent::ContentDelta { message_id, delta }));
                }
                EntryKind::Reasoning(text) if cursor.taken < text.len() => {
                    let delta = text.get(cursor.taken..).unwrap_or_default().to_owned();
                    cursor.taken = text.len();
                    events.push((entry.at, RunEvent::ReasoningDelta { message_id, delta }));
                }
                EntryKind::Content(..) | EntryKind::Reasoning(_) => {}
            }
            // The last entry may still grow, unless it is an event.
            if cursor.entry + 1 == log.entries.len() && !matches!(entry.kind, EntryKind::Event(_)) {
                break;
            }
            *cursor = Cursor { entry: cursor.entry + 1, taken: 0 };
        }
        events
    }

    /// The place to go on from after `position`, or, for one of another attempt or beyond the end, what stands in for all
    /// that was missed.
    pub fn seek(&self, position: StreamPosition) -> Result<Cursor, Vec<(StreamPosition, RunEvent)>> {
        let log = self.lock();
        let beyond = position.n > log.end.n || position.chars > log.end.chars;
        if position.attempt != log.attempt || beyond {
            let (attempt, message_id) = (log.attempt, self.answer);
            let snapshot = RunEvent::Snapshot { message_id, content: log.content.clone() };
            return Err(vec![(log.end, RunEvent::Restarted { attempt }), (log.end, snapshot)]);
        }
        let mut cursor = Cursor::default();
        for entry in &log.entries {
            match &entry.kind {
                EntryKind::Event(_) if entry.at.n < position.n => {}
                EntryKind::Content(from, to) if entry.at.chars < position.chars => {
                    let text = log.content.get(*from..*to).unwrap_or_default();
                    let known = position.chars - entry.at.chars;
                    if let Some((taken, _)) = text.char_indices().nth(known) {
                        cursor.taken = taken;
                        return Ok(cursor);
                    }
                    if cursor.entry + 1 == log.entries.len() {
                        cursor.taken = text.len();
                        return Ok(cursor);
                    }
                }
                // Thinking is fleeting: what came before the place is not told again.
                EntryKind::Reasoning(_) if (entry.at.n, entry.at.chars) < (position.n, position.chars) => {}
                EntryKind::Event(_) | EntryKind::Content(..) | EntryKind::Reasoning(_) => return Ok(cursor),
            }
            cursor.entry += 1;
        }
        Ok(cursor)
    }

    /// The end of the stream, as a place to follow from.
    pub fn end(&self) -> Cursor {
        let log = self.lock();
        match log.entries.last() {
            Some(Entry { kind: EntryKind::Content(from, to), .. }) => {
                Cursor { entry: log.entries.len() - 1, taken: to - from }
            }
            Some(Entry { kind: EntryKind::Reasoning(text), .. }) => {
                Cursor { entry: log.entries.len() - 1, taken: text.len() }
            }
            Some(Entry { kind: EntryKind::Event(_), .. }) | None => Cursor { entry: log.entries.len(), taken: 0 },
        }
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stead_domain::run::Usage;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, Clone)]
    enum Write {
        Content(String),
        Reasoning(String),
        Event,
    }

    fn writes() -> impl Strategy<Value = Vec<(Write, bool)>> {
        let write = prop_oneof![
            3 => "\\PC{1,6}".prop_map(Write::Content),
            1 => "\\PC{1,6}".prop_map(Write::Reasoning),
            1 => Just(Write::Event),
        ];
        prop::collection::vec((write, any::<bool>()), 0..40)
    }

    fn live() -> LiveRun {
        let live = LiveRun {
            conversation: ConversationId::new(Uuid::from_u128(1)),
            answer: MessageId::new(Uuid::from_u128(2)),
            log: Mutex::default(),
            grown: watch::Sender::new(()),
            begun: AtomicBool::new(false),
            cancelled: CancellationToken::new(),
            lost: CancellationToken::new(),
        };
        live.begin(1);
        live
    }

    fn apply(live: &LiveRun, write: &Write) {
        match write {
            Write::Content(text) => live.push_content(text),
            Write::Reasoning(text) => live.push_reasoning(text),
            Write::Event => live.push(RunEvent::Usage(Usage::default())),
        }
    }

    /// What a reader has pieced together: the answer, and how many events came at which length of it.
    #[derive(Debug, Default, PartialEq, Clone)]
    struct Seen {
        content: String,
        events: Vec<usize>,
    }

    impl Seen {
        fn take(&mut self, events: &[(StreamPosition, RunEvent)]) {
            for (position, event) in events {
                match event {
                    RunEvent::ContentDelta { delta, .. } => self.content.push_str(delta),
                    RunEvent::Usage(_) => self.events.push(self.content.chars().count()),
                    _ => {}
                }
                assert_eq!(position.chars, self.content.chars().count());
                assert_eq!(position.n as usize, self.events.len());
            }
        }
    }

    proptest! {
        #[test]
        fn every_reader_sees_the_same_whenever_it_reads(writes in writes()) {
            let live = live();
            let (mut cursor, mut eager) = (Cursor::default(), Seen::default());
            for (write, reads) in &writes {
                apply(&live, write);
                if *reads {
                    eager.take(&live.read(&mut cursor));
                }
            }
            eager.take(&live.read(&mut cursor));
            let mut late = Seen::default();
            late.take(&live.read(&mut Cursor::default()));
            prop_assert_eq!(&eager, &late);
            let written: String = writes.iter().filter_map(|(write, _)| match write {
                Write::Content(text) => Some(text.as_str()),
                _ => None,
            }).collect();
            prop_assert_eq!(eager.content, written);
        }

        #[test]
        fn a_reader_that_comes_back_goes_on_exactly_where_it_was(writes in writes(), leaves in 0usize..40) {
            let live = live();
            let (mut cursor, mut seen, mut at) = (Cursor::default(), Seen::default(), StreamPosition { attempt: 1, ..StreamPosition::default() });
            for (index, (write, _)) in writes.iter().enumerate() {
                apply(&live, write);
                if index < leaves {
                    let events = live.read(&mut cursor);
                    at = events.last().map_or(at, |(position, _)| *position);
                    seen.take(&events);
                }
            }
            let mut cursor = live.seek(at).expect("the place is in this attempt");
            seen.take(&live.read(&mut cursor));
            let mut whole = Seen::default();
            whole.take(&live.read(&mut Cursor::default()));
            prop_assert_eq!(seen, whole);
        }
    }

    #[test]
    fn a_place_in_another_attempt_gets_a_snapshot() {
        let live = live();
        live.push_content("half");
        live.begin(2);
        let instead = live.seek(StreamPosition { attempt: 1, n: 0, chars: 2 }).expect_err("an older attempt");
        let kinds: Vec<_> = instead.into_iter().map(|(_, event)| event).collect();
        assert!(matches!(&kinds[..], [RunEvent::Restarted { attempt: 2 }, RunEvent::Snapshot { .. }]));
    }
}
