use std::fmt;

use crate::Invalid;

/// What a file is called, for people: 1 to 255 characters that neither are a path nor steer what displays or carries
/// them. Nothing is ever stored under it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName(String);

impl FileName {
    /// The longest, in characters.
    pub const MAX: usize = 255;
    /// What a file is called of whose name nothing is left.
    const NAMELESS: &'static str = "file";

    /// Makes a name of what a client says the file is called: the last part of a path, without control characters (line
    /// ends and NUL among them), without characters that turn the direction of writing or cannot be seen, without white
    /// space around it and dots behind it.
    ///
    /// # Errors
    /// What is left is too long: it is not cut.
    pub fn made_safe(said: &str) -> Result<Self, Invalid> {
        let part = said.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown: String = without_drive(part).chars().filter(|c| !is_unsafe(*c)).collect();
        let name = shown.trim().trim_end_matches(|c: char| c == '.' || c.is_whitespace());
        if name.is_empty() {
            return Ok(Self(Self::NAMELESS.to_owned()));
        }
        if name.chars().count() > Self::MAX {
            return Err(Invalid::new(format!("must have a name of at most {} characters", Self::MAX)));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows its last dot, in lower case; nothing where the dot is the first character.
    pub fn extension(&self) -> Option<String> {
        let (stem, extension) = self.0.rsplit_once('.')?;
        (!stem.is_empty()).then(|| extension.to_lowercase())
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `C:name` is the file `name` in whatever folder is open on that drive.
fn without_drive(part: &str) -> &str {
    match part.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => part.get(2..).unwrap_or(part),
        _ => part,
    }
}

/// Control characters; line and paragraph separators; marks, embeddings, overrides and isolates of the direction of
/// writing (Unicode's `Bidi_Control`); what has no width, but for the joiners that scripts and emoji need.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn made(said: &str) -> String {
        FileName::made_safe(said).unwrap().0
    }

    #[test]
    fn plain_names_stay_as_they_are() {
        for plain in
            ["a", "Report: final (2).pdf", ".htaccess", "naïve résumé.docx", "日本語.txt", "👩‍👩‍👧.png", "a..b", "CON"]
        {
            assert_eq!(made(plain), plain);
        }
    }

    #[test]
    fn a_path_is_no_name() {
        for (said, name) in [
            ("../../etc/passwd", "passwd"),
            ("/etc/passwd", "passwd"),
            (r"..\..\boot.ini", "boot.ini"),
            (r"C:\Users\ann\a.txt", "a.txt"),
            ("C:a.txt", "a.txt"),
            (r"\\server\share\a.txt", "a.txt"),
            ("a/", "file"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("a/..", "file"),
            ("...", "file"),
            ("a. . .", "a"),
            ("  a.txt\t ", "a.txt"),
        ] {
            assert_eq!(made(said), name, "{said}");
        }
    }

    #[test]
    fn what_steers_a_display_or_a_header_is_gone() {
        for (said, name) in [
            ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
            ("a\0.txt", "a.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("\u{feff}a\u{200b}b\u{2066}c\u{2069}", "abc"),
            ("a\u{2028}b\u{85}c\u{7f}d", "abcd"),
            ("\u{202e}\u{202d}", "file"),
        ] {
            assert_eq!(made(said), name, "{said:?}");
        }
    }

    #[test]
    fn a_long_name_is_refused_not_cut() {
        assert_eq!(made(&"ä".repeat(255)).chars().count(), 255);
        assert!(FileName::made_safe(&"ä".repeat(256)).is_err());
        assert_eq!(made(&format!("{}/a", "x".repeat(1_000))), "a");
    }

    #[test]
    fn the_extension_is_what_follows_the_last_dot() {
        for (name, extension) in [("a.TXT", Some("txt")), ("a.tar.gz", Some("gz")), (".env", None), ("a", None)] {
            assert_eq!(FileName::made_safe(name).unwrap().extension().as_deref(), extension, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_safe_name_is_its_own_safe_name(said in any::<String>()) {
            if let Ok(name) = FileName::made_safe(&said) {
                prop_assert!((1..=FileName::MAX).contains(&name.as_str().chars().count()));
                prop_assert!(!name.as_str().contains(['/', '\\']) && !name.as_str().chars().any(is_unsafe));
                prop_assert!(name.as_str() != "." && name.as_str() != "..");
            }
        }
    }
}
