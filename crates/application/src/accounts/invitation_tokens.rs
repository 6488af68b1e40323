use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha256;
use stead_domain::InvitationId;
use uuid::Uuid;

use super::keys;
use crate::Error;

/// Tokens of invitations: the id under a MAC. Nothing of them is stored, so a copy of the database gives none away.
pub struct InvitationTokens {
    key: Hmac<Sha256>,
}

impl InvitationTokens {
    pub fn new(secret: &SecretString) -> Result<Self, Error> {
        let key = keys::derive(secret, "stead invitation token v1").map_err(Error::internal)?;
        Ok(Self { key: Hmac::new_from_slice(&key).map_err(Error::internal)? })
    }

    pub fn issue(&self, invitation: InvitationId) -> SecretString {
        let mut token = Vec::with_capacity(48);
        token.extend_from_slice(invitation.uuid().as_bytes());
        let mac = self.key.clone().chain_update(&token).finalize();
        token.extend_from_slice(&mac.into_bytes());
        SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(token))
    }

    /// The invitation of a token that we issued.
    pub fn read(&self, token: &str) -> Option<InvitationId> {
        let token = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, mac) = token.split_at_checked(16)?;
        self.key.clone().chain_update(id).verify_slice(mac).ok()?;
        Some(InvitationId::new(Uuid::from_slice(id).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    proptest! {
        #[test]
        fn a_token_is_read_back_and_nothing_else_is(id in any::<u128>(), flip in 0usize..64, text in ".*") {
            let tokens = InvitationTokens::new(&SecretString::from("a secret of at least thirty-two bytes")).unwrap();
            let invitation = InvitationId::new(Uuid::from_u128(id));
            let token = tokens.issue(invitation);
            prop_assert_eq!(tokens.read(token.expose_secret()), Some(invitation));
            let mut forged = token.expose_secret().to_owned().into_bytes();
            forged[flip] = if forged[flip] == b'A' { b'B' } else { b'A' };
            prop_assert_eq!(tokens.read(&String::from_utf8(forged).unwrap()), None);
            prop_assert_eq!(tokens.read(&text), None);
        }
    }
}
