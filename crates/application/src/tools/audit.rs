use stead_domain::ports::store::{AuditEntry, Change};
use uuid::Uuid;

use crate::{Application, Caller};

impl Application {
    /// A line in the audit log about a server of tools, or what an agent may call.
    pub(super) fn tools_audit(&self, caller: &Caller, action: &str, subject: impl Into<Uuid>) -> Change {
        Change::Audit(AuditEntry {
            id: self.ids.next(),
            organization_id: caller.organization,
            actor: Some(caller.user),
            action: action.to_owned(),
            subject_id: subject.into(),
            at: self.clock.now(),
        })
    }
}
