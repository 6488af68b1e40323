use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha256;
use stead_domain::{
    SessionId, Timestamp,
    idempotency::{Fingerprint, IdempotencyKey, IdempotencyRecord, IdempotencyScope},
    ports::store::{Commit, Committed},
};
use uuid::Uuid;

use crate::{Application, Caller, Error, accounts::keys, believed::BELIEVED};

/// How long a ticket is good.
pub const TICKET_LIFE: Duration = Duration::from_secs(30);

/// What is noted when a ticket is used: no request is named like this.
const USED: &str = "a ticket";

/// What opens one connection in place of a sign-in's token, where a browser lets nobody set a header.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// It.
    pub ticket: SecretString,
    /// When it is good no longer.
    pub expires_at: Timestamp,
}

/// Seals tickets under a key that is derived from the operator's secret, so that every node knows those of the others:
/// which sign-in, until when, and a number of its own.
pub(crate) struct Tickets {
    seals: Hmac<Sha256>,
}

/// 16 bytes of number, 16 of sign-in, 8 of time, 32 of seal.
const SAID: usize = 40;

#[derive(Debug, PartialEq, Eq)]
struct Contents {
    number: Uuid,
    session: SessionId,
    expires_at: Timestamp,
}

impl Tickets {
    pub fn new(secret: &SecretString) -> Result<Self, Error> {
        let key = keys::derive(secret, "stead realtime ticket v1").map_err(Error::internal)?;
        Ok(Self { seals: Hmac::new_from_slice(&key).map_err(Error::internal)? })
    }

    fn issue(&self, contents: &Contents) -> String {
        let Contents { number, session, expires_at } = contents;
        let mut text =
            [&number.as_bytes()[..], session.uuid().as_bytes(), &expires_at.unix_micros().to_be_bytes()].concat();
        let seal = self.seals.clone().chain_update(&text).finalize().into_bytes();
        text.extend_from_slice(&seal);
        BASE64_URL_SAFE_NO_PAD.encode(text)
    }

    /// What a ticket of ours says.
    fn read(&self, ticket: &str) -> Option<Contents> {
        let text = BASE64_URL_SAFE_NO_PAD.decode(ticket).ok()?;
        let (said, seal) = text.split_at_checked(SAID)?;
        self.seals.clone().chain_update(said).verify_slice(seal).ok()?;
        let (ids, time) = said.split_at_checked(32)?;
        let (number, session) = ids.split_at_checked(16)?;
        Some(Contents {
            number: Uuid::from_slice(number).ok()?,
            session: SessionId::new(Uuid::from_slice(session).ok()?),
            expires_at: Timestamp::from_unix_micros(i64::from_be_bytes(time.try_into().ok()?))?,
        })
    }
}

impl Application {
    /// A ticket for one connection of the caller's.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to an API key.
    pub fn ticket(&self, caller: &Caller) -> Result<Ticket, Error> {
        let expires_at = self.clock.now().plus(TICKET_LIFE);
        let contents = Contents { number: self.ids.next(), session: caller.session()?, expires_at };
        Ok(Ticket { ticket: self.tickets.issue(&contents).into(), expires_at })
    }

    /// Who comes with a ticket. It is used up by that, on every node.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for one that is not ours, was used or has expired, or whose sign-in is over.
    pub async fn use_ticket(&self, ticket: &str) -> Result<Caller, Error> {
        let Contents { number, session, expires_at } = self.tickets.read(ticket).ok_or(Error::Unauthenticated)?;
        let now = self.clock.now();
        if now >= expires_at {
            return Err(Error::Unauthenticated);
        }
        let known = self.live_session(session, BELIEVED).await?.ok_or(Error::Unauthenticated)?;
        let caller = Caller::signed_in(&known.0, &known.1);
        let key = IdempotencyKey::parse(&number.to_string()).map_err(|problem| Error::invalid("ticket", problem))?;
        let scope = IdempotencyScope {
            organization_id: caller.organization,
            user_id: caller.user,
            operation: USED.to_owned(),
            key,
        };
        let record =
            IdempotencyRecord { scope, fingerprint: Fingerprint::default(), subject_id: number, created_at: now };
        let commit = Commit { idempotency: Some(record), guards: vec![caller.still_there()], ..Commit::default() };
        match self.commit(commit).await? {
            Committed::Done(_) => Ok(caller),
            Committed::Replayed(_) => Err(Error::Unauthenticated),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets(secret: &str) -> Tickets {
        Tickets::new(&SecretString::from(secret)).unwrap()
    }

    const SECRET: &str = "a secret of at least thirty-two bytes";

    #[test]
    fn a_ticket_is_read_by_who_has_the_secret_and_as_it_is_alone() {
        let contents = Contents {
            number: Uuid::from_u128(1),
            session: SessionId::new(Uuid::from_u128(2)),
            expires_at: Timestamp::EPOCH.plus(TICKET_LIFE),
        };
        let ticket = tickets(SECRET).issue(&contents);
        assert_eq!(tickets(SECRET).read(&ticket), Some(contents));
        assert_eq!(tickets("another secret of at least thirty-two bytes").read(&ticket), None);
        for place in 0..ticket.len() {
            let mut other = ticket.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(tickets(SECRET).read(std::str::from_utf8(&other).unwrap()), None, "{place}");
            assert_eq!(tickets(SECRET).read(&ticket[..place]), None, "{place}");
        }
    }
}
