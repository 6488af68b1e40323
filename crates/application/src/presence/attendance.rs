use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use stead_domain::{OrganizationId, UserId, ports::store::TouchedUser};
use tokio::sync::Notify;

use super::PresenceSettings;
use crate::{Application, Caller};

/// An open connection of somebody. They are connected as long as any of theirs is there.
#[derive(Debug)]
pub struct Attendance {
    attendances: Arc<Attendances>,
    user: UserId,
}

impl Application {
    /// Counts a connection of the caller, which is activity. Keep what is answered as long as the connection is open.
    pub fn attend(&self, caller: &Caller) -> Attendance {
        Attendances::arrive(&self.attendances, caller.organization, caller.user)
    }
}

impl Attendance {
    /// The user does something.
    pub fn active(&self) {
        self.attendances.active(self.user);
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.attendances.leave(self.user);
    }
}

/// Who is connected to this node, and what of it the database knows.
#[derive(Debug)]
pub struct Attendances {
    settings: PresenceSettings,
    users: Mutex<HashMap<UserId, Attending>>,
    changed: Notify,
}

/// Somebody who is connected, or was just now.
#[derive(Debug)]
struct Attending {
    organization: OrganizationId,
    connections: usize,
    active_at: Instant,
    left_at: Instant,
    written: Option<Written>,
}

/// What the database knows of somebody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    at: Instant,
    active_at: Instant,
    is_connected: bool,
}

impl Attendances {
    pub fn new(settings: PresenceSettings) -> Self {
        Self { settings, users: Mutex::default(), changed: Notify::new() }
    }

    fn arrive(this: &Arc<Self>, organization: OrganizationId, user: UserId) -> Attendance {
        let now = Instant::now();
        let is_news = {
            let mut users = this.users();
            let here = users.entry(user).or_insert(Attending {
                organization,
                connections: 0,
                active_at: now,
                left_at: now,
                written: None,
            });
            here.connections += 1;
            here.active_at = now;
            here.is_arriving(&this.settings)
        };
        if is_news {
            this.changed.notify_one();
        }
        Attendance { attendances: Arc::clone(this), user }
    }

    fn active(&self, user: UserId) {
        let is_news = self.users().get_mut(&user).is_some_and(|here| {
            here.active_at = Instant::now();
            here.is_arriving(&self.settings)
        });
        if is_news {
            self.changed.notify_one();
        }
    }

    fn leave(&self, user: UserId) {
        let has_left = self.users().get_mut(&user).is_some_and(|here| {
            here.connections = here.connections.saturating_sub(1);
            here.left_at = Instant::now();
            here.connections == 0
        });
        if has_left {
            self.changed.notify_one();
        }
    }

    /// Returns when somebody came, left or is active again.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether a user is connected to this node.
    pub(super) fn is_here(&self, user: UserId) -> bool {
        self.users().get(&user).is_some_and(|here| here.connections > 0)
    }

    /// Whether nobody is connected.
    pub(super) fn is_empty(&self) -> bool {
        self.users().values().all(|here| here.connections == 0)
    }

    /// What is to be written now.
    pub(super) fn due(&self, now: Instant) -> Vec<(TouchedUser, Written)> {
        let users = self.users();
        users.iter().filter_map(|(user, here)| here.due(*user, &self.settings, now)).collect()
    }

    /// Remembers what was written. Who has left is forgotten.
    pub(super) fn written<'a>(&self, written: impl IntoIterator<Item = &'a (TouchedUser, Written)>) {
        let mut users = self.users();
        for (user, written) in written {
            let Some(here) = users.get_mut(&user.user_id) else { continue };
            if here.connections == 0 && !written.is_connected {
                users.remove(&user.user_id);
                continue;
            }
            here.written = Some(*written);
            // They came back while it was written that they had left.
            if !written.is_connected {
                self.changed.notify_one();
            }
        }
    }

    fn users(&self) -> MutexGuard<'_, HashMap<UserId, Attending>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attending {
    /// Whether others may have taken them for away or offline until now.
    fn is_arriving(&self, settings: &PresenceSettings) -> bool {
        self.written.is_none_or(|written| {
            !written.is_connected || self.active_at.duration_since(written.active_at) >= settings.active_for
        })
    }

    fn due(&self, user: UserId, settings: &PresenceSettings, now: Instant) -> Option<(TouchedUser, Written)> {
        let is_connected = self.connections > 0;
        let is_arriving = self.is_arriving(settings);
        let has_left = !is_connected && self.written.is_none_or(|written| written.is_connected);
        let is_stale = self.written.is_none_or(|written| now.duration_since(written.at) >= settings.refresh_every());
        if !(has_left || is_connected && (is_arriving || is_stale)) {
            return None;
        }
        let lives_for = if is_connected {
            settings.lapse_after
        } else {
            settings.offline_after.saturating_sub(now.duration_since(self.left_at))
        };
        let touched = TouchedUser {
            organization_id: self.organization,
            user_id: user,
            idle: now.saturating_duration_since(self.active_at),
            lives_for,
            is_arriving,
        };
        Some((touched, Written { at: now, active_at: self.active_at, is_connected }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    const SETTINGS: PresenceSettings = PresenceSettings {
        active_for: Duration::from_secs(300),
        offline_after: Duration::from_secs(30),
        lapse_after: Duration::from_secs(60),
    };

    fn arrive(attendances: &Arc<Attendances>, user: u128) -> Attendance {
        let organization = OrganizationId::new(Uuid::from_u128(1));
        Attendances::arrive(attendances, organization, UserId::new(Uuid::from_u128(user)))
    }

    /// Writes what is due at that time.
    fn write(attendances: &Attendances, now: Instant) -> Vec<TouchedUser> {
        let due = attendances.due(now);
        attendances.written(&due);
        due.into_iter().map(|(touched, _)| touched).collect()
    }

    fn node() -> Arc<Attendances> {
        Arc::new(Attendances::new(SETTINGS))
    }

    #[test]
    fn who_is_connected_is_written_when_they_come_and_again_before_it_lapses() {
        let node = node();
        let _open = arrive(&node, 1);
        let now = Instant::now();
        let touched = write(&node, now);
        assert!(matches!(&touched[..], [touched] if touched.is_arriving && touched.lives_for == SETTINGS.lapse_after));
        assert!(write(&node, now + Duration::from_secs(19)).is_empty());
        let again = write(&node, now + Duration::from_secs(20));
        assert!(matches!(&again[..], [again] if !again.is_arriving && again.idle >= Duration::from_secs(19)));
    }

    #[test]
    fn nothing_is_written_of_activity_that_changes_nothing() {
        let node = node();
        let open = arrive(&node, 1);
        let now = Instant::now();
        write(&node, now);
        let second = arrive(&node, 1);
        open.active();
        drop(open);
        assert!(write(&node, Instant::now()).is_empty());
        drop(second);
        assert_eq!(write(&node, Instant::now()).len(), 1);
    }

    #[test]
    fn who_has_left_is_written_once_and_forgotten() {
        let node = node();
        let open = arrive(&node, 1);
        write(&node, Instant::now());
        drop(open);
        assert!(node.is_empty());
        let now = Instant::now();
        let touched = write(&node, now);
        assert!(
            matches!(&touched[..], [touched] if touched.lives_for <= SETTINGS.offline_after && !touched.is_arriving)
        );
        assert!(write(&node, now + Duration::from_secs(100)).is_empty());
        assert!(node.users().is_empty());
    }

    #[test]
    fn who_came_and_went_in_between_is_written_as_gone() {
        let node = node();
        drop(arrive(&node, 1));
        let touched = write(&node, Instant::now());
        assert!(
            matches!(&touched[..], [touched] if touched.lives_for <= SETTINGS.offline_after && touched.is_arriving)
        );
        assert!(node.users().is_empty());
    }

    #[test]
    fn who_comes_back_while_it_is_written_that_they_left_is_arriving() {
        let node = node();
        let open = arrive(&node, 1);
        write(&node, Instant::now());
        drop(open);
        let due = node.due(Instant::now());
        let _open = arrive(&node, 1);
        node.written(&due);
        let touched = write(&node, Instant::now());
        assert!(matches!(&touched[..], [touched] if touched.is_arriving && touched.lives_for == SETTINGS.lapse_after));
    }

    #[test]
    fn what_could_not_be_written_stays_due() {
        let node = node();
        drop(arrive(&node, 1));
        let now = Instant::now();
        assert_eq!(node.due(now).len(), 1);
        assert!(matches!(&node.due(now + Duration::from_secs(60))[..], [(late, _)] if late.lives_for.is_zero()));
    }

    #[test]
    fn activity_after_a_pause_is_an_arrival() {
        let settings = PresenceSettings { active_for: Duration::ZERO, ..SETTINGS };
        let node = Arc::new(Attendances::new(settings));
        let open = arrive(&node, 1);
        write(&node, Instant::now());
        open.active();
        assert!(matches!(&write(&node, Instant::now())[..], [touched] if touched.is_arriving));
    }
}
