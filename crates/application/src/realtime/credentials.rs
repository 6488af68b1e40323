use std::collections::HashSet;

use stead_domain::{ApiKeyId, SessionId, ports::store::StoreError};

use crate::{Application, Caller, Credential};

/// How many credentials one statement takes.
const AT_ONCE: usize = 5_000;

/// Which of the credentials that were looked at are good.
#[derive(Debug, Default)]
pub(super) struct Judged {
    looked_at: HashSet<Credential>,
    good: HashSet<Credential>,
}

impl Judged {
    pub fn is_bad(&self, caller: &Caller) -> bool {
        self.looked_at.contains(&caller.credential) && !self.good.contains(&caller.credential)
    }
}

/// Looks at all of them together.
pub(super) async fn judge(application: Application, callers: Vec<Caller>) -> Result<Judged, StoreError> {
    let mut judged =
        Judged { looked_at: callers.iter().map(|caller| caller.credential).collect(), ..Judged::default() };
    let all: Vec<Credential> = judged.looked_at.iter().copied().collect();
    for some in all.chunks(AT_ONCE) {
        let (mut sessions, mut keys): (Vec<SessionId>, Vec<ApiKeyId>) = Default::default();
        for credential in some {
            match credential {
                Credential::Session(session) => sessions.push(*session),
                Credential::ApiKey(key) => keys.push(*key),
            }
        }
        let (sessions, keys) = application.store.good_credentials(sessions, keys, application.clock.now()).await?;
        judged.good.extend(sessions.into_iter().map(Credential::Session));
        judged.good.extend(keys.into_iter().map(Credential::ApiKey));
    }
    Ok(judged)
}
