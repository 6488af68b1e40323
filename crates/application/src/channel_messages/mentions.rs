use std::collections::HashMap;

use stead_domain::{ConversationId, channel::Mention, text::Handle};

use super::named::{Named, named};
use crate::{Application, Error};

impl Application {
    /// Whom a text means in a channel, in its order, each once: a member before an agent of the same handle.
    pub(super) async fn mentions_in(&self, channel: ConversationId, content: &str) -> Result<Vec<Mention>, Error> {
        let names = named(content);
        let mut handles: Vec<Handle> = names
            .iter()
            .flat_map(|name| match name {
                Named::Handle(handles) => handles.as_slice(),
                Named::Channel | Named::Here => &[],
            })
            .cloned()
            .collect();
        handles.sort();
        handles.dedup();
        let known = if handles.is_empty() { Vec::new() } else { self.store.find_mentioned(channel, handles).await? };
        Ok(meant(&names, known))
    }
}

fn meant(names: &[Named], known: Vec<(Handle, Mention)>) -> Vec<Mention> {
    let mut who: HashMap<Handle, Mention> = HashMap::new();
    for (handle, mention) in known {
        // People sort before agents.
        let first = who.get(&handle).map_or(mention, |other| mention.min(*other));
        who.insert(handle, first);
    }
    let mut meant = Vec::new();
    for name in names {
        let mention = match name {
            Named::Channel => Some(Mention::Channel),
            Named::Here => Some(Mention::Here),
            Named::Handle(handles) => handles.iter().find_map(|handle| who.get(handle)).copied(),
        };
        meant.extend(mention.filter(|mention| !meant.contains(mention)));
    }
    meant
}

#[cfg(test)]
mod tests {
    use stead_domain::{AgentId, UserId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_member_is_meant_before_an_agent_and_a_longer_name_before_a_shorter() {
        let handle = |text| Handle::parse(text).unwrap();
        let user = |n| Mention::User(UserId::new(Uuid::from_u128(n)));
        let agent = |n| Mention::Agent(AgentId::new(Uuid::from_u128(n)));
        let known = vec![
            (handle("ann"), agent(9)),
            (handle("ann"), user(1)),
            (handle("ann.b"), user(2)),
            (handle("bot"), agent(3)),
        ];
        let meant = |text: &str| super::meant(&named(text), known.clone());
        assert_eq!(meant("@bot @ann. @ann.b @here"), [agent(3), user(1), user(2), Mention::Here]);
        assert_eq!(meant("@ann.c @ann @nobody"), [user(1)]);
    }
}
