use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// A key for one purpose, derived from the operator's secret (HKDF, RFC 5869): knowing one tells nothing of another.
pub fn derive(secret: &SecretString, purpose: &str) -> Result<[u8; 32], hkdf::InvalidLength> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes()).expand(purpose.as_bytes(), &mut key)?;
    Ok(key)
}
