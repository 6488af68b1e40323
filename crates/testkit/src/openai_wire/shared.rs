//! What the server and its connections know together.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard},
};

use tokio::sync::watch;

use super::{recorded::RecordedRequest, reply::Reply, side::SideRequest};

type Answerer = Box<dyn Fn(&RecordedRequest) -> Reply + Send>;
type Condition = Box<dyn Fn(&RecordedRequest) -> bool + Send>;

pub(super) struct Shared {
    pub(super) key: Option<String>,
    pub(super) progress: watch::Sender<Progress>,
    plan: Mutex<Plan>,
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) side_requests: Vec<SideRequest>,
    pub(super) connections: usize,
    pub(super) clients_left: usize,
}

/// Who answers: the first rule that fits, else the next of the script, else the default.
pub(super) struct Plan {
    pub(super) rules: Vec<(Condition, Answerer)>,
    pub(super) script: VecDeque<Reply>,
    pub(super) side_script: VecDeque<Reply>,
    pub(super) default: Answerer,
}

impl Shared {
    pub(super) fn new(key: Option<String>) -> Self {
        let default: Answerer = Box::new(|request| Reply::text(request.last_user_text()));
        let plan =
            Mutex::new(Plan { rules: Vec::new(), script: VecDeque::new(), side_script: VecDeque::new(), default });
        Self { key, progress: watch::Sender::new(Progress::default()), plan }
    }

    pub(super) fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("no answerer panicked")
    }

    pub(super) fn reply_to(&self, request: &RecordedRequest) -> Reply {
        let mut plan = self.plan();
        if let Some((_, answer)) = plan.rules.iter().find(|(condition, _)| condition(request)) {
            return answer(request);
        }
        plan.script.pop_front().unwrap_or_else(|| (plan.default)(request))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("progress", &self.progress).finish_non_exhaustive()
    }
}
