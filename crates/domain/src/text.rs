//! Text from outside: what every text field refuses, and the small values made of it.

use std::fmt;

/// Why a value was refused: a lower-case sentence for the one who sent it. The field's name is added where it is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    /// A reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Accepts text of `min` to `max` Unicode scalar values without NUL (neither database keeps one in text).
///
/// # Errors
/// Names the limit or the NUL.
pub fn checked(text: String, min: usize, max: usize) -> Result<String, Invalid> {
    if text.contains('\0') {
        return Err(Invalid::new("must not contain the NUL character"));
    }
    // A scalar value has one to four bytes: text of that many bytes is within the limits without being counted.
    let length = if (4 * min..=max).contains(&text.len()) { min } else { text.chars().count() };
    if length < min {
        let reason =
            if min == 1 { "must not be empty".to_owned() } else { format!("must have at least {min} characters") };
        return Err(Invalid::new(reason));
    }
    if length > max {
        return Err(Invalid::new(format!("must have at most {max} characters")));
    }
    Ok(text)
}

/// A text of bounded length: `MIN` to `MAX` Unicode scalar values, no NUL, otherwise exactly as written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Accepts the text or says why not.
    ///
    /// # Errors
    /// The text is too short, too long, or holds a NUL.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        checked(text.into(), MIN, MAX).map(Self)
    }

    /// Cuts a text that we made ourselves (a generated title) to what fits; `None` if it is then too short.
    pub fn fitting(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| *c != '\0').take(MAX).collect();
        Self::parse(text).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What a person, an agent or an organization is called: 1 to 100 characters.
pub type DisplayName = Text<1, 100>;

/// A handle: `[a-z0-9][a-z0-9_.-]{1,31}`, not ending in `.` or `-`, compared and kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(String);

impl Handle {
    /// Lower-cases ASCII letters and accepts what fits.
    ///
    /// # Errors
    /// It does not have the form above.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let handle = text.to_ascii_lowercase();
        let first = handle.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        let rest = handle.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        let last = !handle.ends_with(['.', '-']);
        if !(2..=32).contains(&handle.len()) || !first || !rest || !last {
            return Err(Invalid::new(
                "must have 2 to 32 characters: letters, digits, '_', '.' or '-'; beginning with a letter or digit, \
                 not ending in '.' or '-'",
            ));
        }
        Ok(Self(handle))
    }

    /// The handle in lower case, without `@`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail address, kept and compared in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The longest address, in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
    pub const MAX: usize = 254;

    /// Accepts an address of the form `local@domain` of at most [`Email::MAX`] bytes.
    ///
    /// # Errors
    /// It is not an e-mail address.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let options = email_address::Options::default().without_display_text().without_domain_literal();
        let has_nul = text.contains('\0');
        if has_nul || text.len() > Self::MAX || email_address::EmailAddress::parse_with_options(text, options).is_err()
        {
            return Err(Invalid::new("must be an e-mail address"));
        }
        Ok(Self(text.to_lowercase()))
    }

    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_is_kept_as_written_or_refused(text in any::<String>()) {
            match Text::<2, 5>::parse(text.clone()) {
                Ok(kept) => prop_assert!(kept.as_str() == text && (2..=5).contains(&text.chars().count())),
                Err(_) => prop_assert!(text.contains('\0') || !(2..=5).contains(&text.chars().count())),
            }
        }

        #[test]
        fn a_handle_is_its_own_normal_form(text in "[a-zA-Z0-9_.-]{0,40}") {
            if let Ok(handle) = Handle::parse(&text) {
                prop_assert_eq!(Handle::parse(handle.as_str()), Ok(handle));
            }
        }
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        for short in ["ä".repeat(11), "𝄞".repeat(11), "x".repeat(11)] {
            assert!(Text::<12, 256>::parse(short).is_err());
        }
        for long in ["ä".repeat(257), "𝄞".repeat(257), "x".repeat(257)] {
            assert!(Text::<12, 256>::parse(long).is_err());
        }
        for fine in ["ä".repeat(12), "𝄞".repeat(256), "x".repeat(256)] {
            assert!(Text::<12, 256>::parse(fine).is_ok());
        }
    }

    #[test]
    fn handles_follow_the_contract() {
        for good in ["ab", "a.b", "9_", "Ann", "a-b_c.d"] {
            assert!(Handle::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(33);
        for bad in ["", "a", ".a", "_a", "a.", "a-", "a b", "é1", long.as_str(), "a\0b"] {
            assert!(Handle::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn emails_are_compared_in_lower_case() {
        assert_eq!(Email::parse("Ann@Example.ORG"), Email::parse("ann@example.org"));
        for bad in ["", "a", "a@", "@b", "a b@c", "Ann <a@b.org>"] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}
