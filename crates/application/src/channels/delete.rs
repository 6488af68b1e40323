use stead_domain::{
    ConversationId, JobId,
    channel::ChannelKind,
    event::EventKind,
    job::{NewJob, Task},
    ports::store::{Change, ChannelChange, Commit, Guard},
};

use super::{
    access::{looks_after, not_fixed, refused},
    events::{channel_event, for_user},
};
use crate::{Application, Caller, Error};

impl Application {
    /// Deletes a channel: gone at once for everyone, its agents' turns stopped; its rows are purged by a job.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`]; [`Conflict::FixedChannel`](crate::Conflict::FixedChannel).
    pub async fn delete_channel(&self, caller: &Caller, id: ConversationId) -> Result<(), Error> {
        let view = self.channel(caller, id).await?;
        if view.role.is_some() {
            not_fixed(&view)?;
        }
        let right = looks_after(caller, &view)?;
        let now = self.clock.now();
        let mut channel = view.channel;
        channel.version += 1;
        channel.updated_at = now;
        let event = channel_event(&channel, EventKind::ChannelDeleted);
        // Who was in it is not known any more when its rows are gone: so each is told by themselves.
        let events = if channel.kind == ChannelKind::Public {
            vec![event]
        } else {
            let members = self.store.member_users(id).await?;
            let users = members.iter().filter_map(|member| member.participant.user());
            users.map(|user| for_user(event.clone(), user)).collect()
        };
        let job = NewJob {
            id: JobId::new(self.ids.next()),
            organization_id: caller.organization,
            task: Task::PurgeConversation(id),
            run_at: now,
        };
        let commit = Commit {
            guards: vec![
                caller.still_there(),
                right,
                Guard::Channel { organization: caller.organization, conversation: id },
            ],
            changes: vec![Change::Channel(ChannelChange::Delete { channel: id, at: now })],
            events,
            jobs: vec![job],
            ..Commit::default()
        };
        self.commit(commit).await.map_err(|error| refused(caller, error))?;
        self.live.drop_conversation(id);
        Ok(())
    }
}
