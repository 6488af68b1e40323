use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use stead_domain::{McpServerId, OrganizationId, mcp_server::SealedHeaders};

use crate::{Error, accounts::keys, idempotency::KeyedRequest};

/// A header that is sent to a server of tools.
#[derive(Debug, Clone)]
pub struct Header {
    /// What it is called.
    pub name: String,
    /// What it says: never shown again.
    pub value: SecretString,
}

/// Encrypts headers, so that a copy of the database gives none away: AES-256-GCM with a random nonce, bound to the server
/// that they are for, under a key that is derived from the operator's secret.
pub struct HeaderSeals {
    sealing: RandomizedNonceKey,
    fingerprints: Hmac<Sha256>,
}

/// What is sealed cannot be read: it was sealed under another secret, or for another server, or was tampered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed headers cannot be read")]
pub struct Unreadable;

const VERSION: u8 = 1;

impl HeaderSeals {
    pub fn new(secret: &SecretString) -> Result<Self, Error> {
        let key = keys::derive(secret, "stead tool server headers v1").map_err(Error::internal)?;
        let fingerprints = keys::derive(secret, "stead tool server fingerprints v1").map_err(Error::internal)?;
        Ok(Self {
            sealing: RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(Error::internal)?,
            fingerprints: Hmac::new_from_slice(&fingerprints).map_err(Error::internal)?,
        })
    }

    /// Encrypts them for one server; no headers are none.
    pub fn seal(
        &self,
        organization: OrganizationId,
        server: McpServerId,
        headers: &[Header],
    ) -> Result<Option<SealedHeaders>, Error> {
        if headers.is_empty() {
            return Ok(None);
        }
        let pairs: Vec<_> = headers.iter().map(|Header { name, value }| (name, value.expose_secret())).collect();
        let mut sealed = serde_json::to_vec(&pairs).map_err(Error::internal)?;
        let bound_to = bound_to(organization, server);
        let nonce = self.sealing.seal_in_place_append_tag(Aad::from(bound_to), &mut sealed).map_err(Error::internal)?;
        let sealed = [&[VERSION][..], nonce.as_ref(), &sealed].concat();
        Ok(Some(SealedHeaders { names: headers.iter().map(|header| header.name.clone()).collect(), sealed }))
    }

    /// What [`HeaderSeals::seal`] was given for this server.
    pub fn open(
        &self,
        organization: OrganizationId,
        server: McpServerId,
        sealed: &SealedHeaders,
    ) -> Result<Vec<(String, String)>, Unreadable> {
        let headers = self.opened(organization, server, &sealed.sealed);
        headers.ok_or(Unreadable)
    }

    fn opened(
        &self,
        organization: OrganizationId,
        server: McpServerId,
        sealed: &[u8],
    ) -> Option<Vec<(String, String)>> {
        let (nonce, text) = sealed.strip_prefix(&[VERSION])?.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let bound_to = Aad::from(bound_to(organization, server));
        let text = self.sealing.open_in_place(nonce, bound_to, &mut text).ok()?;
        serde_json::from_slice(text).ok()
    }

    /// The same request, known by a fingerprint that tells nothing of the secrets in it to who does not have the key.
    pub fn veiled(&self, request: KeyedRequest) -> KeyedRequest {
        let fingerprint = self.fingerprints.clone().chain_update(request.fingerprint).finalize();
        KeyedRequest { fingerprint: fingerprint.into_bytes().into(), ..request }
    }
}

fn bound_to(organization: OrganizationId, server: McpServerId) -> [u8; 32] {
    let mut bound_to = [0; 32];
    let (first, second) = bound_to.split_at_mut(16);
    first.copy_from_slice(organization.uuid().as_bytes());
    second.copy_from_slice(server.uuid().as_bytes());
    bound_to
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn seals(secret: &str) -> HeaderSeals {
        HeaderSeals::new(&SecretString::from(secret)).unwrap()
    }

    fn ids(organization: u128, server: u128) -> (OrganizationId, McpServerId) {
        (OrganizationId::new(Uuid::from_u128(organization)), McpServerId::new(Uuid::from_u128(server)))
    }

    fn headers() -> Vec<Header> {
        let header = |name: &str, value: &str| Header { name: name.to_owned(), value: SecretString::from(value) };
        vec![header("Authorization", "Bearer canary-4711"), header("X-Team", "")]
    }

    const SECRET: &str = "a secret of at least thirty-two bytes";

    #[test]
    fn what_is_sealed_is_read_back_for_its_server_alone() {
        let (organization, server) = ids(1, 2);
        let sealed = seals(SECRET).seal(organization, server, &headers()).unwrap().unwrap();
        assert_eq!(sealed.names, ["Authorization", "X-Team"]);
        let expected = [("Authorization", "Bearer canary-4711"), ("X-Team", "")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(seals(SECRET).open(organization, server, &sealed).unwrap(), expected);
        for (organization, server) in [ids(1, 3), ids(2, 2), ids(2, 1)] {
            assert_eq!(seals(SECRET).open(organization, server, &sealed), Err(Unreadable));
        }
        let another = seals("another secret of at least thirty-two bytes");
        assert_eq!(another.open(organization, server, &sealed), Err(Unreadable));
    }

    #[test]
    fn nothing_of_it_can_be_seen_or_changed() {
        let (organization, server) = ids(1, 2);
        let seals = seals(SECRET);
        let sealed = seals.seal(organization, server, &headers()).unwrap().unwrap();
        assert!(!sealed.sealed.windows(6).any(|window| window == b"canary"));
        assert_ne!(sealed, seals.seal(organization, server, &headers()).unwrap().unwrap());
        for place in 0..sealed.sealed.len() {
            let mut other = sealed.clone();
            other.sealed[place] ^= 1;
            assert_eq!(seals.open(organization, server, &other), Err(Unreadable), "{place}");
            other.sealed.truncate(place);
            assert_eq!(seals.open(organization, server, &other), Err(Unreadable), "{place}");
        }
        assert!(!format!("{:?}", headers()).contains("canary"));
    }

    #[test]
    fn no_headers_are_none() {
        let (organization, server) = ids(1, 2);
        assert_eq!(seals(SECRET).seal(organization, server, &[]).unwrap(), None);
    }
}
