use std::{sync::Arc, time::Duration};

use stead_domain::{
    ports::notifier::{DeltaText, Fleeting, Notice},
    run::Run,
    usage::UsagePurpose,
};
use tokio::time::Instant;

use crate::{
    Application,
    turn::{Cursor, LiveRun, RunEvent},
};

/// How often a room is shown more of an answer: what is written meanwhile is shown in one.
const EVERY: Duration = Duration::from_millis(50);
/// How often a room is told that the answer is still being written.
const STILL_TYPING: Duration = Duration::from_secs(4);

impl Application {
    /// Tells a room that an answer is being written, and its text as it comes, until it ends. All of it is fleeting: what
    /// counts is the message that is stored.
    pub(crate) fn tell_room(&self, run: &Run, live: Arc<LiveRun>) {
        let (application, run) = (self.clone(), run.clone());
        self.background.spawn(async move {
            let typing_as = application.typing_as(&run).await;
            let (mut cursor, mut grown) = (Cursor::default(), live.watch());
            // Who writes is said before the first word.
            application.tell(&run, typing_as.clone());
            let mut typing = tokio::time::interval_at(Instant::now() + STILL_TYPING, STILL_TYPING);
            loop {
                grown.borrow_and_update();
                // Asked before what is there is read: what it ended with is then read too.
                let ended = live.has_ended() || live.lost.is_cancelled();
                for (_, event) in live.read(&mut cursor) {
                    if let RunEvent::ContentDelta { message_id, delta } = event {
                        DeltaText::pieces(&delta).for_each(|text| {
                            let conversation_id = run.conversation_id;
                            application.tell(&run, Fleeting::Delta { conversation_id, message_id, text });
                        });
                    }
                }
                if ended {
                    return;
                }
                tokio::select! {
                    _ = typing.tick() => application.tell(&run, typing_as.clone()),
                    changed = grown.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        tokio::time::sleep(EVERY).await;
                    }
                    () = live.lost.cancelled() => return,
                }
            }
        });
    }

    /// Who is said to be writing: an agent, or it in its owner's stead.
    async fn typing_as(&self, run: &Run) -> Fleeting {
        let owner = match run.purpose {
            UsagePurpose::StandIn => self.store.find_agent(run.organization_id, run.agent_id).await.ok().flatten(),
            _ => None,
        };
        Fleeting::AiTyping {
            conversation_id: run.conversation_id,
            agent_id: run.agent_id,
            on_behalf_of: owner.and_then(|agent| agent.owner()),
            run_id: run.id,
        }
    }

    fn tell(&self, run: &Run, what: Fleeting) {
        self.notifier.publish(Notice { organization_id: run.organization_id, what, at: self.clock.now() });
    }
}
