use uuid::Uuid;

/// Identifiers and secrets.
pub trait Ids: Send + Sync + 'static {
    /// A new UUIDv7 (RFC 9562, section 5.7), larger than every one this value gave before.
    fn next(&self) -> Uuid;

    /// 32 bytes that nobody can guess. A fake may give predictable ones.
    fn secret(&self) -> [u8; 32];
}
