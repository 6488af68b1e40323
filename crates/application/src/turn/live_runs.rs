use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use stead_domain::{ConversationId, MessageId, RunId, run::Run};

use super::live::LiveRun;

/// How many streams that were told to their end are kept, so that whoever began a quick run still sees all of it.
const ENDED_KEPT: usize = 32;

/// The streams of the runs that were accepted on this node and have not ended, and of those that ended last.
#[derive(Default)]
pub struct LiveRuns(Mutex<Streams>);

#[derive(Default)]
struct Streams {
    live: HashMap<RunId, Arc<LiveRun>>,
    ended: VecDeque<(RunId, Arc<LiveRun>)>,
}

impl LiveRuns {
    /// The stream of a run, made if there is none.
    pub fn open(&self, run: &Run, answer: MessageId) -> Arc<LiveRun> {
        let mut streams = self.lock();
        // One that is begun again has a new stream.
        streams.ended.retain(|(id, _)| *id != run.id);
        Arc::clone(streams.live.entry(run.id).or_insert_with(|| Arc::new(LiveRun::new(run, answer))))
    }

    /// The stream of a run that has not ended.
    pub fn find(&self, run: RunId) -> Option<Arc<LiveRun>> {
        self.lock().live.get(&run).cloned()
    }

    /// The stream of a run to be read, which may have ended a moment ago.
    pub fn find_to_read(&self, run: RunId) -> Option<Arc<LiveRun>> {
        let streams = self.lock();
        let ended = || streams.ended.iter().find(|(id, _)| *id == run).map(|(_, live)| live);
        streams.live.get(&run).or_else(ended).cloned()
    }

    /// Ends a stream: nothing more will come. Those who hold it read it to its end.
    pub fn close(&self, run: RunId) {
        let mut streams = self.lock();
        let Some(live) = streams.live.remove(&run) else { return };
        live.set_ended();
        if live.has_last_event() {
            streams.ended.push_back((run, live));
            if streams.ended.len() > ENDED_KEPT {
                streams.ended.pop_front();
            }
        }
    }

    /// Stops and forgets the runs of a conversation that was deleted.
    pub fn drop_conversation(&self, conversation: ConversationId) {
        let mut streams = self.lock();
        streams.ended.retain(|(_, live)| live.conversation != conversation);
        for (_, live) in streams.live.extract_if(|_, live| live.conversation == conversation) {
            live.lost.cancel();
            live.set_ended();
        }
    }

    /// The runs that this process works on.
    pub fn begun(&self) -> Vec<(RunId, Arc<LiveRun>)> {
        let streams = self.lock();
        streams.live.iter().filter(|(_, live)| live.has_begun()).map(|(id, live)| (*id, Arc::clone(live))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
