use stead_domain::ports::text_extractor::ExtractError;

/// Why a file cannot be read: a stable code, and a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub code: &'static str,
    pub message: &'static str,
}

const fn because(code: &'static str, message: &'static str) -> Unreadable {
    Unreadable { code, message }
}

pub(super) const MODEL_AWAY: Unreadable = because(
    "not_available",
    "What reads this file could not be reached, several times over. An admin can have it tried again.",
);
pub(super) const PICTURE_TOO_LARGE: Unreadable =
    because("too_large", "The picture is too large to be described: at most 10 MiB and 50 million pixels are.");
pub(super) const PICTURE_BROKEN: Unreadable = because("broken", "The picture is damaged.");
pub(super) const RECORDING_TOO_LARGE: Unreadable =
    because("too_large", "The recording is too large to be written down: at most 25 MiB are.");
pub(super) const NOBODY_SPEAKS: Unreadable = because("empty", "Nobody speaks in this recording.");

/// What a failure of the extractor is to people; none for one that may pass.
pub(super) fn of(error: &ExtractError) -> Option<Unreadable> {
    Some(match error {
        ExtractError::Unsupported => because("unsupported", "This kind of file cannot be read."),
        ExtractError::Encrypted => because("encrypted", "The document is protected by a password."),
        ExtractError::Broken => because("broken", "The document is damaged, or not what it claims to be."),
        ExtractError::Empty => {
            because("empty", "There is no text in this document. A scan has to be made into text first.")
        }
        ExtractError::TooLarge => because("too_large", "The document is too large to be read, as it is or unpacked."),
        ExtractError::TimedOut => because("timed_out", "Reading the document takes too long."),
        ExtractError::Unavailable(_) => return None,
    })
}
