use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use stead_domain::{ConversationId, MessageId, RunId, run::Run};
use tokio::sync::watch;

use super::{events::RunEvent, live::LiveRun};

/// The streams of the runs that this process works on.
#[derive(Default)]
pub struct LiveRuns {
    runs: Mutex<HashMap<RunId, Arc<LiveRun>>>,
    /// Told when another one is opened.
    opened: watch::Sender<()>,
}

impl LiveRuns {
    /// Opens the stream of a run's attempt, with what was told of it elsewhere. One of an older attempt, which this process
    /// lost sight of, is ended.
    pub fn open(&self, run: &Run, answer: MessageId, told: Vec<RunEvent>) -> Arc<LiveRun> {
        let live = Arc::new(LiveRun::new(run, answer));
        for event in told {
            match event {
                RunEvent::ContentDelta { delta, .. } => live.push_content(&delta),
                event => live.push(event),
            }
        }
        let older = self.lock().insert(run.id, Arc::clone(&live));
        if let Some(older) = older {
            end(&older);
        }
        self.opened.send_replace(());
        live
    }

    /// Waits until a run's stream is opened here, at most so long.
    pub async fn until_opened(&self, run: RunId, at_most: Duration) {
        let mut opened = self.opened.subscribe();
        let until_opened = async {
            while self.find(run).is_none() {
                // The sender lives as long as this.
                if opened.changed().await.is_err() {
                    return;
                }
            }
        };
        // Whether it was opened or not, the caller looks again.
        drop(tokio::time::timeout(at_most, until_opened).await);
    }

    pub fn find(&self, run: RunId) -> Option<Arc<LiveRun>> {
        self.lock().get(&run).cloned()
    }

    /// Ends a stream: nothing more will come. Those who hold it read it to its end.
    pub fn close(&self, run: RunId, live: &Arc<LiveRun>) {
        let mut runs = self.lock();
        if runs.get(&run).is_some_and(|open| Arc::ptr_eq(open, live)) {
            runs.remove(&run);
        }
        live.set_ended();
    }

    /// Stops and forgets the runs of a conversation that was deleted.
    pub fn drop_conversation(&self, conversation: ConversationId) {
        let mut runs = self.lock();
        runs.extract_if(|_, live| live.conversation == conversation).for_each(|(_, live)| end(&live));
    }

    /// The runs that this process works on.
    pub fn all(&self) -> Vec<(RunId, Arc<LiveRun>)> {
        self.lock().iter().map(|(id, live)| (*id, Arc::clone(live))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Arc<LiveRun>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(live: &LiveRun) {
    live.lost.cancel();
    live.set_ended();
}
