use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use stead_domain::{SessionId, Timestamp, UserId};
use uuid::Uuid;

use super::keys;
use crate::Error;

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFE: Duration = Duration::from_secs(10 * 60);
/// How long a sign-in lasts at most.
pub const SESSION_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const ISSUER: &str = "stead";

/// Access tokens: JWT (RFC 7519), HS256, ten minutes.
pub struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    exp: i64,
}

impl AccessTokens {
    pub fn new(secret: &SecretString) -> Result<Self, Error> {
        let key = keys::derive(secret, "stead access token v1").map_err(Error::internal)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "sub", "exp"]);
        // Expiry is judged below by the Clock port.
        validation.validate_exp = false;
        Ok(Self { encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key), validation })
    }

    pub fn issue(&self, user: UserId, session: SessionId, now: Timestamp) -> Result<String, Error> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: user.uuid(),
            sid: session.uuid(),
            iat: now.unix_seconds(),
            exp: now.plus(ACCESS_TOKEN_LIFE).unix_seconds(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(Error::internal)
    }

    /// The session of a token that we issued and that has not expired.
    pub fn session(&self, token: &str, now: Timestamp) -> Option<SessionId> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (now.unix_seconds() < claims.exp).then(|| SessionId::new(claims.sid))
    }
}

/// Refresh tokens: session and generation under a MAC. Nothing of them is stored, so a copy of the database gives none
/// away, and a lost answer can be given again: the successor of a token is always the same.
pub struct RefreshTokens {
    key: Hmac<Sha256>,
}

impl RefreshTokens {
    pub fn new(secret: &SecretString) -> Result<Self, Error> {
        let key = keys::derive(secret, "stead refresh token v1").map_err(Error::internal)?;
        Ok(Self { key: Hmac::new_from_slice(&key).map_err(Error::internal)? })
    }

    pub fn issue(&self, session: SessionId, generation: i64) -> String {
        let mut token = Vec::with_capacity(56);
        token.extend_from_slice(session.uuid().as_bytes());
        token.extend_from_slice(&generation.to_be_bytes());
        let mac = self.key.clone().chain_update(&token).finalize();
        token.extend_from_slice(&mac.into_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    /// The session and generation of a token that we issued.
    pub fn read(&self, token: &str) -> Option<(SessionId, i64)> {
        let token = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signed, mac) = token.split_at_checked(24)?;
        self.key.clone().chain_update(signed).verify_slice(mac).ok()?;
        let (session, generation) = signed.split_at_checked(16)?;
        let session = SessionId::new(Uuid::from_slice(session).ok()?);
        Some((session, i64::from_be_bytes(generation.try_into().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret() -> SecretString {
        SecretString::from("a secret of at least thirty-two bytes")
    }

    #[test]
    fn an_access_token_is_good_for_ten_minutes() {
        let tokens = AccessTokens::new(&secret()).unwrap();
        let (user, session) = (UserId::new(Uuid::from_u128(1)), SessionId::new(Uuid::from_u128(2)));
        let token = tokens.issue(user, session, Timestamp::EPOCH).unwrap();
        let at = |seconds| Timestamp::EPOCH.plus(Duration::from_secs(seconds));
        assert_eq!(tokens.session(&token, at(599)), Some(session));
        assert_eq!(tokens.session(&token, at(600)), None);
        let other = AccessTokens::new(&SecretString::from("another secret of thirty-two bytes")).unwrap();
        assert_eq!(other.session(&token, at(0)), None);
    }

    #[test]
    fn an_unsigned_token_is_not_accepted() {
        let tokens = AccessTokens::new(&secret()).unwrap();
        let claims = r#"{"iss":"stead","sub":"00000000-0000-0000-0000-000000000001","sid":"00000000-0000-0000-0000-000000000002","iat":0,"exp":99999999999}"#;
        let token = format!(
            "{}.{}.",
            BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#),
            BASE64_URL_SAFE_NO_PAD.encode(claims)
        );
        assert_eq!(tokens.session(&token, Timestamp::EPOCH), None);
    }

    proptest! {
        #[test]
        fn a_refresh_token_is_read_back_and_nothing_else_is(id in any::<u128>(), generation in any::<i64>(), flip in 0usize..75) {
            let tokens = RefreshTokens::new(&secret()).unwrap();
            let session = SessionId::new(Uuid::from_u128(id));
            let token = tokens.issue(session, generation);
            prop_assert_eq!(tokens.read(&token), Some((session, generation)));
            let mut forged = token.clone().into_bytes();
            forged[flip] = if forged[flip] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            prop_assert!(tokens.read(&forged).is_none());
        }

        #[test]
        fn garbage_is_no_token(text in ".*") {
            prop_assert_eq!(RefreshTokens::new(&secret()).unwrap().read(&text), None);
            prop_assert_eq!(AccessTokens::new(&secret()).unwrap().session(&text, Timestamp::EPOCH), None);
        }
    }
}
