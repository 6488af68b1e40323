use std::{sync::Arc, time::Duration};

use stead_domain::{
    MessageId,
    ports::notifier::{DeltaText, Fleeting, Notice},
    run::Run,
    usage::UsagePurpose,
};
use tokio::time::Instant;

use crate::{
    Application,
    turn::{Cursor, LiveRun, RunEvent, is_in_room},
};

/// How often more of an answer is told: what is written meanwhile is told in one.
const EVERY: Duration = Duration::from_millis(50);
/// How often a room is told that the answer is still being written.
const STILL_TYPING: Duration = Duration::from_secs(4);

impl Application {
    /// Tells those who are connected of an answer as it is written, until it ends: in a room its members, who are also told
    /// that it is being written; of a thread its person, if they are connected anywhere when it begins. All of it is
    /// fleeting: what counts is the message that is stored. The answer's own stream waits for none of this.
    pub(crate) fn tell_of_answer(&self, run: &Run, live: Arc<LiveRun>) {
        let (application, run) = (self.clone(), run.clone());
        // What was told of an earlier attempt is not told again.
        let from = live.end();
        self.background.spawn(async move {
            let typing = if is_in_room(&run) {
                Some(application.typing_as(&run).await)
            } else if application.is_connected(run.organization_id, run.requested_by).await {
                None
            } else {
                return;
            };
            application.tell_as_it_grows(&run, &live, from, typing).await;
        });
    }

    async fn tell_as_it_grows(&self, run: &Run, live: &LiveRun, mut cursor: Cursor, typing: Option<Fleeting>) {
        let mut grown = live.watch();
        // Who writes is said before the first word.
        typing.iter().for_each(|typing| self.tell(run, typing.clone()));
        let mut still_typing = tokio::time::interval_at(Instant::now() + STILL_TYPING, STILL_TYPING);
        loop {
            grown.borrow_and_update();
            // Asked before what is there is read: what it ended with is then read too.
            let ended = live.has_ended() || live.lost.is_cancelled();
            // A thread's person is told the whole of it now.
            if ended && typing.is_none() {
                return;
            }
            let told = self.tell_what_is_new(run, live, &mut cursor);
            if ended {
                return;
            }
            tokio::select! {
                _ = still_typing.tick() => typing.iter().for_each(|typing| self.tell(run, typing.clone())),
                () = tokio::time::sleep(EVERY), if told => {}
                changed = grown.changed(), if !told => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = live.lost.cancelled() => return,
            }
        }
    }

    /// Answers whether there was anything.
    fn tell_what_is_new(&self, run: &Run, live: &LiveRun, cursor: &mut Cursor) -> bool {
        let mut told = false;
        for (after, event) in live.read(cursor) {
            let RunEvent::ContentDelta { message_id, delta } = event else { continue };
            let mut from = after.chars.saturating_sub(delta.chars().count());
            for text in DeltaText::pieces(&delta) {
                let length = text.chars();
                self.tell(run, delta_of(run, message_id, from, text));
                from += length;
            }
            told = true;
        }
        told
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

fn delta_of(run: &Run, message_id: MessageId, from: usize, text: DeltaText) -> Fleeting {
    let person = (!is_in_room(run)).then_some(run.requested_by);
    Fleeting::Delta { conversation_id: run.conversation_id, person, run_id: run.id, message_id, from, text }
}
