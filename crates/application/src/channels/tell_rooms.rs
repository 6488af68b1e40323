use std::collections::HashSet;

use stead_domain::{
    ConversationId, JobId, OrganizationId, Timestamp,
    event::{EventKind, NewEvent},
    job::{ClaimedJob, NewJob, Task},
    membership::Participant,
    ports::store::{Commit, Guard, RoomOf},
};

use super::events::member_event;
use crate::{Application, Error};

/// How many channels are told in a commit. Each has one event, and one more where somebody else looks after it now.
const AT_ONCE: u32 = 500;

impl Application {
    /// The job that tells every channel that somebody is in whether they are a member there now. How many they are in has no
    /// bound, so that this is no part of the commit that lets them in or out.
    pub(crate) fn tell_rooms_job(
        &self,
        organization_id: OrganizationId,
        who: Participant,
        run_at: Timestamp,
    ) -> NewJob {
        NewJob { id: JobId::new(self.ids.next()), organization_id, task: Task::TellRooms(who), run_at }
    }

    /// Tells the members of each channel that somebody is in, or was when they were deleted, whether they count as a member
    /// there now, and who looks after it in their place. Told twice it says the same.
    pub(crate) async fn tell_rooms(&self, job: &ClaimedJob, who: Participant) -> Result<(), Error> {
        let mut after = None;
        loop {
            let rooms = self.store.rooms_of(job.organization_id, who, after, AT_ONCE).await?;
            let Some(last) = rooms.last() else { return Ok(()) };
            after = Some(last.channel);
            let named = rooms.iter().map(|room| (room.channel, who.uuid())).collect();
            let there = self.store.find_members(named).await?;
            let there = there.into_iter().map(|member| member.membership.conversation_id).collect();
            let commit = Commit {
                guards: vec![Guard::JobLease { job: job.id, lease: job.lease.clone() }],
                events: told(job.organization_id, who, &rooms, &there, self.clock.now()),
                ..Commit::default()
            };
            self.commit(commit).await?;
            if rooms.len() < AT_ONCE as usize {
                return Ok(());
            }
        }
    }
}

fn told(
    organization: OrganizationId,
    who: Participant,
    rooms: &[RoomOf],
    there: &HashSet<ConversationId>,
    at: Timestamp,
) -> Vec<NewEvent> {
    let event = |room: &RoomOf, who, kind| member_event(organization, room.channel, who, kind, at);
    let of_room = |room: &RoomOf| {
        let kind = if there.contains(&room.channel) { EventKind::MemberAdded } else { EventKind::MemberRemoved };
        let successor = room.successor.map(Participant::User);
        let succeeded = successor.map(|successor| event(room, successor, EventKind::MemberUpdated));
        [Some(event(room, who, kind)), succeeded]
    };
    rooms.iter().flat_map(of_room).flatten().collect()
}
