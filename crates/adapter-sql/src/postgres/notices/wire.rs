//! Notices as the payloads of NOTIFY: JSON, several in one, none longer than Postgres takes.

use serde::{Deserialize, Serialize};
use stead_domain::{
    AgentId, ConversationId, MessageId, OrganizationId, RunId, Timestamp, UserId,
    ports::notifier::{DeltaText, Fleeting, Notice, Typist},
};
use uuid::Uuid;

/// Postgres takes up to 7,999 bytes.
const MOST_BYTES: usize = 7_900;

/// A notice, with short names: there may be many of them.
#[derive(Serialize, Deserialize)]
struct Wire {
    o: Uuid,
    t: i64,
    w: What,
}

#[derive(Serialize, Deserialize)]
enum What {
    #[serde(rename = "tu")]
    UserTypes { c: Uuid, u: Uuid },
    #[serde(rename = "ta")]
    AgentTypes { c: Uuid, a: Uuid },
    #[serde(rename = "p")]
    Presence { u: Uuid },
    #[serde(rename = "a")]
    Answers { c: Uuid, a: Uuid, f: Option<Uuid>, r: Uuid },
    #[serde(rename = "d")]
    Delta {
        c: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        u: Option<Uuid>,
        r: Uuid,
        m: Uuid,
        f: usize,
        x: String,
    },
}

/// The payloads that hold these notices, in their order.
pub fn payloads(notices: &[Notice]) -> Result<Vec<String>, serde_json::Error> {
    let mut payloads = Vec::new();
    let mut open = String::new();
    for notice in notices {
        for piece in pieces(notice.clone())? {
            if !open.is_empty() && open.len() + 1 + piece.len() > MOST_BYTES {
                payloads.push(std::mem::take(&mut open));
            }
            if !open.is_empty() {
                open.push('\n');
            }
            open.push_str(&piece);
        }
    }
    payloads.extend(Some(open).filter(|open| !open.is_empty()));
    Ok(payloads)
}

/// The notices of a payload; what is not understood comes from another version, and is left out.
pub fn notices(payload: &str) -> impl Iterator<Item = Notice> {
    payload.split('\n').filter_map(|line| match serde_json::from_str::<Wire>(line) {
        Ok(wire) => read(wire),
        Err(error) => {
            tracing::debug!(%error, "a notice is not understood");
            None
        }
    })
}

/// A notice as it is written; more of the answer, in two where it would be too long.
fn pieces(notice: Notice) -> Result<Vec<String>, serde_json::Error> {
    let written = serde_json::to_string(&write(&notice))?;
    let Notice {
        organization_id,
        what: Fleeting::Delta { conversation_id, person, run_id, message_id, from, text },
        at,
    } = notice
    else {
        return Ok(vec![written]);
    };
    if written.len() <= MOST_BYTES {
        return Ok(vec![written]);
    }
    let text = text.as_str();
    let (first, second) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let (mut all, mut from) = (Vec::new(), from);
    for text in DeltaText::pieces(first).chain(DeltaText::pieces(second)) {
        let length = text.chars();
        let what = Fleeting::Delta { conversation_id, person, run_id, message_id, from, text };
        from += length;
        all.extend(pieces(Notice { organization_id, what, at })?);
    }
    Ok(all)
}

fn write(notice: &Notice) -> Wire {
    let w = match &notice.what {
        Fleeting::Typing { conversation_id, typist: Typist::User(user) } => {
            What::UserTypes { c: conversation_id.uuid(), u: user.uuid() }
        }
        Fleeting::Typing { conversation_id, typist: Typist::Agent(agent) } => {
            What::AgentTypes { c: conversation_id.uuid(), a: agent.uuid() }
        }
        Fleeting::PresenceChanged { user_id } => What::Presence { u: user_id.uuid() },
        Fleeting::AiTyping { conversation_id, agent_id, on_behalf_of, run_id } => What::Answers {
            c: conversation_id.uuid(),
            a: agent_id.uuid(),
            f: on_behalf_of.map(|user| user.uuid()),
            r: run_id.uuid(),
        },
        Fleeting::Delta { conversation_id, person, run_id, message_id, from, text } => What::Delta {
            c: conversation_id.uuid(),
            u: person.map(|user| user.uuid()),
            r: run_id.uuid(),
            m: message_id.uuid(),
            f: *from,
            x: text.as_str().to_owned(),
        },
    };
    Wire { o: notice.organization_id.uuid(), t: notice.at.unix_micros(), w }
}

fn read(wire: Wire) -> Option<Notice> {
    let Wire { o, t, w } = wire;
    let conversation = ConversationId::new;
    let what = match w {
        What::UserTypes { c, u } => {
            Fleeting::Typing { conversation_id: conversation(c), typist: Typist::User(UserId::new(u)) }
        }
        What::AgentTypes { c, a } => {
            Fleeting::Typing { conversation_id: conversation(c), typist: Typist::Agent(AgentId::new(a)) }
        }
        What::Presence { u } => Fleeting::PresenceChanged { user_id: UserId::new(u) },
        What::Answers { c, a, f, r } => Fleeting::AiTyping {
            conversation_id: conversation(c),
            agent_id: AgentId::new(a),
            on_behalf_of: f.map(UserId::new),
            run_id: RunId::new(r),
        },
        What::Delta { c, u, r, m, f, x } => Fleeting::Delta {
            conversation_id: conversation(c),
            person: u.map(UserId::new),
            run_id: RunId::new(r),
            message_id: MessageId::new(m),
            from: f,
            text: DeltaText::pieces(&x).next()?,
        },
    };
    Some(Notice { organization_id: OrganizationId::new(o), what, at: Timestamp::from_unix_micros(t)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(what: Fleeting) -> Notice {
        Notice { organization_id: OrganizationId::new(Uuid::from_u128(u128::MAX - 1)), what, at: Timestamp::EPOCH }
    }

    fn delta(text: &str) -> Notice {
        let text = DeltaText::pieces(text).next().unwrap();
        let (conversation_id, message_id) =
            (ConversationId::new(Uuid::from_u128(1)), MessageId::new(Uuid::from_u128(u128::MAX)));
        let run_id = RunId::new(Uuid::nil());
        notice(Fleeting::Delta { conversation_id, person: None, run_id, message_id, from: 7, text })
    }

    #[test]
    fn text_that_grows_when_it_is_written_is_told_in_pieces() {
        let text = "\u{1}\"\0é\n".repeat(DeltaText::MAX_BYTES / 6);
        let payloads = payloads(&[delta(&text), delta("x")]).unwrap();
        assert!(payloads.iter().all(|payload| payload.len() <= MOST_BYTES && !payload.contains('\0')));
        let mut read = String::new();
        for notice in payloads.iter().flat_map(|payload| notices(payload)) {
            let Fleeting::Delta { from, text: piece, .. } = notice.what else { panic!("{notice:?}") };
            assert!(from == 7 + read.chars().count() || from == 7 && piece.as_str() == "x");
            read.push_str(piece.as_str());
        }
        assert_eq!(read, text + "x");
    }

    #[test]
    fn short_ones_share_a_payload() {
        let all = vec![notice(Fleeting::PresenceChanged { user_id: UserId::new(Uuid::from_u128(5)) }); 200];
        let payloads = payloads(&all).unwrap();
        assert!((2..=4).contains(&payloads.len()), "{}", payloads.len());
        assert_eq!(payloads.iter().flat_map(|payload| notices(payload)).collect::<Vec<_>>(), all);
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let known = payloads(&[delta("x")]).unwrap().remove(0);
        let mixed = format!("{{}}\n{known}\nnonsense\n\n");
        assert_eq!(notices(&mixed).count(), 1);
    }
}
