use std::sync::{Mutex, MutexGuard, PoisonError};

use stead_domain::{ConversationId, MessageId, ToolCallId, run::Run};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::events::{RunEvent, StreamPosition};

/// How much of what is fleeting (thinking, pieces of arguments) is kept for followers, in bytes; what goes beyond is not
/// shown.
const MAX_FLEETING: usize = 512 * 1024;

/// A run's stream in memory. Writers append; every reader keeps its own place and takes what is new when it is woken, so
/// that a slow one holds nothing up and costs nothing: it just gets larger pieces.
pub struct LiveRun {
    pub conversation: ConversationId,
    answer: MessageId,
    log: Mutex<Log>,
    grown: watch::Sender<()>,
    /// Its person wants it stopped.
    pub cancelled: CancellationToken,
    /// It is somebody else's now, or its thread was deleted: stop, and write nothing more.
    pub lost: CancellationToken,
}

#[derive(Default)]
struct Log {
    entries: Vec<Entry>,
    content: String,
    fleeting: usize,
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
    Arguments(ToolCallId, String),
}

/// A reader's place in a [`LiveRun`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    entry: usize,
    /// Bytes of that entry that were taken,
    taken: usize,
    /// and characters.
    taken_chars: usize,
    /// So many events were told from elsewhere before they came here.
    told_before: u32,
}

impl Log {
    fn push(&mut self, event: RunEvent) {
        self.entries.push(Entry { at: self.end, kind: EntryKind::Event(Box::new(event)) });
        self.end.n += 1;
    }
}

impl Log {
    /// The place after `position`, which is in this attempt. Thinking is fleeting: what came before is not told again.
    fn after(&self, position: StreamPosition) -> Cursor {
        let mut cursor = Cursor::default();
        for entry in &self.entries {
            let is_last = cursor.entry + 1 == self.entries.len();
            match &entry.kind {
                EntryKind::Event(_) if entry.at.n < position.n => {}
                EntryKind::Content(from, to) if entry.at.chars < position.chars => {
                    let text = self.content.get(*from..*to).unwrap_or_default();
                    let known = position.chars - entry.at.chars;
                    let taken = text.char_indices().nth(known).map_or(text.len(), |(taken, _)| taken);
                    if taken < text.len() || is_last {
                        return Cursor { taken, taken_chars: known, ..cursor };
                    }
                }
                EntryKind::Reasoning(text) | EntryKind::Arguments(_, text)
                    if (entry.at.n, entry.at.chars) <= (position.n, position.chars) =>
                {
                    if is_last {
                        return Cursor { taken: text.len(), ..cursor };
                    }
                }
                EntryKind::Event(_) | EntryKind::Content(..) | EntryKind::Reasoning(_) | EntryKind::Arguments(..) => {
                    return cursor;
                }
            }
            cursor.entry += 1;
        }
        cursor
    }
}

impl LiveRun {
    pub fn new(run: &Run, answer: MessageId) -> Self {
        let end = StreamPosition { attempt: run.told_attempt(), ..StreamPosition::default() };
        let log = Log { end, ..Log::default() };
        Self {
            conversation: run.conversation_id,
            answer,
            log: Mutex::new(log),
            grown: watch::Sender::new(()),
            cancelled: CancellationToken::new(),
            lost: CancellationToken::new(),
        }
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
        self.push_fleeting(EntryKind::Reasoning(text.to_owned()));
    }

    /// Appends a piece of what a tool is to be called with.
    pub fn push_arguments(&self, call: ToolCallId, text: &str) {
        self.push_fleeting(EntryKind::Arguments(call, text.to_owned()));
    }

    fn push_fleeting(&self, kind: EntryKind) {
        let (EntryKind::Reasoning(text) | EntryKind::Arguments(_, text)) = &kind else { return };
        let mut log = self.lock();
        let log_mut = &mut *log;
        if log_mut.fleeting + text.len() > MAX_FLEETING {
            return;
        }
        log_mut.fleeting += text.len();
        let at = log_mut.end;
        match (log_mut.entries.last_mut().map(|last| &mut last.kind), &kind) {
            (Some(EntryKind::Reasoning(so_far)), EntryKind::Reasoning(text)) => so_far.push_str(text),
            (Some(EntryKind::Arguments(of, so_far)), EntryKind::Arguments(call, text)) if of == call => {
                so_far.push_str(text)
            }
            _ => log_mut.entries.push(Entry { at, kind }),
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

    /// Whether nothing more will come. What is there may still have to be read.
    pub fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// The place after what there is now.
    pub fn end(&self) -> Cursor {
        let log = self.lock();
        log.after(log.end)
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
                    if cursor.told_before == 0 || event.is_last() {
                        events.push((after, event.as_ref().clone()));
                    }
                    cursor.told_before = cursor.told_before.saturating_sub(1);
                }
                EntryKind::Content(from, to) if from + cursor.taken < *to => {
                    let delta = log.content.get(from + cursor.taken..*to).unwrap_or_default().to_owned();
                    cursor.taken = to - from;
                    cursor.taken_chars += delta.chars().count();
                    let after = StreamPosition { chars: entry.at.chars + cursor.taken_chars, ..entry.at };
                    events.push((after, RunEvent::ContentDelta { message_id, delta }));
                }
                EntryKind::Reasoning(text) if cursor.taken < text.len() => {
                    let delta = text.get(cursor.taken..).unwrap_or_default().to_owned();
                    cursor.taken = text.len();
                    events.push((entry.at, RunEvent::ReasoningDelta { message_id, delta }));
                }
                EntryKind::Arguments(tool_call_id, text) if cursor.taken < text.len() => {
                    let delta = text.get(cursor.taken..).unwrap_or_default().to_owned();
                    cursor.taken = text.len();
                    events.push((entry.at, RunEvent::ToolCallDelta { message_id, tool_call_id: *tool_call_id, delta }));
                }
                EntryKind::Content(..) | EntryKind::Reasoning(_) | EntryKind::Arguments(..) => {}
            }
            // The last entry may still grow, unless it is an event.
            if cursor.entry + 1 == log.entries.len() && !matches!(entry.kind, EntryKind::Event(_)) {
                break;
            }
            *cursor = Cursor { entry: cursor.entry + 1, told_before: cursor.told_before, ..Cursor::default() };
        }
        events
    }

    /// The place to go on from after `position`; where that is in another attempt or beyond the end, the end, and what stands
    /// in for all that was missed.
    pub fn seek(&self, position: StreamPosition) -> (Cursor, Vec<(StreamPosition, RunEvent)>) {
        let log = self.lock();
        if position == StreamPosition::default() {
            return (Cursor::default(), Vec::new());
        }
        if position.attempt == log.end.attempt && position.chars <= log.end.chars {
            // What a stream begins with is told here a moment after it was opened; elsewhere it may have been told already.
            let told_before = position.n.saturating_sub(log.end.n);
            return (Cursor { told_before, ..log.after(position) }, Vec::new());
        }
        let attempt = log.end.attempt;
        let snapshot = RunEvent::Snapshot { message_id: self.answer, content: log.content.clone() };
        (log.after(log.end), vec![(log.end, RunEvent::Restarted { attempt }), (log.end, snapshot)])
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

    fn live(attempt: i32) -> LiveRun {
        let end = StreamPosition { attempt, ..StreamPosition::default() };
        LiveRun {
            conversation: ConversationId::new(Uuid::from_u128(1)),
            answer: MessageId::new(Uuid::from_u128(2)),
            log: Mutex::new(Log { end, ..Log::default() }),
            grown: watch::Sender::new(()),
            cancelled: CancellationToken::new(),
            lost: CancellationToken::new(),
        }
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
            let live = live(1);
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
            let live = live(1);
            let (mut cursor, mut seen, mut at) = (Cursor::default(), Seen::default(), StreamPosition { attempt: 1, ..StreamPosition::default() });
            for (index, (write, _)) in writes.iter().enumerate() {
                apply(&live, write);
                if index < leaves {
                    let events = live.read(&mut cursor);
                    at = events.last().map_or(at, |(position, _)| *position);
                    seen.take(&events);
                }
            }
            let (mut cursor, instead) = live.seek(at);
            prop_assert!(instead.is_empty());
            seen.take(&live.read(&mut cursor));
            let mut whole = Seen::default();
            whole.take(&live.read(&mut Cursor::default()));
            prop_assert_eq!(seen, whole);
        }
    }

    #[test]
    fn an_opening_that_was_told_elsewhere_is_not_told_again() {
        let live = live(1);
        let (mut cursor, instead) = live.seek(StreamPosition { attempt: 1, n: 2, chars: 0 });
        assert_eq!(instead, []);
        for _ in 0..3 {
            live.push(RunEvent::Usage(Usage::default()));
        }
        live.push_content("a");
        let read = live.read(&mut cursor);
        assert!(matches!(&read[..], [(_, RunEvent::Usage(_)), (_, RunEvent::ContentDelta { .. })]), "{read:?}");
    }

    #[test]
    fn a_place_in_another_attempt_gets_a_snapshot_and_what_follows() {
        let live = live(2);
        live.push_content("half");
        let (mut cursor, instead) = live.seek(StreamPosition { attempt: 1, n: 0, chars: 2 });
        let kinds: Vec<_> = instead.into_iter().map(|(_, event)| event).collect();
        assert!(matches!(&kinds[..], [RunEvent::Restarted { attempt: 2 }, RunEvent::Snapshot { .. }]));
        assert_eq!(live.read(&mut cursor), []);
        live.push_content(" more");
        assert!(matches!(&live.read(&mut cursor)[..], [(_, RunEvent::ContentDelta { delta, .. })] if delta == " more"));
    }
}
