//! The beginning of a text, for a list.

/// How many characters a preview has at most, without what says that there is more.
pub const PREVIEWED: usize = 140;

/// The beginning of a text on one line; `…` stands where it goes on.
pub fn preview(text: &str) -> String {
    let mut preview = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let gap = usize::from(!preview.is_empty());
        let room = PREVIEWED.saturating_sub(length + gap);
        if room == 0 {
            preview.push('…');
            return preview;
        }
        if gap > 0 {
            preview.push(' ');
        }
        let fits: String = word.chars().take(room).collect();
        length += gap + fits.chars().count();
        let is_cut = fits.len() < word.len();
        preview.push_str(&fits);
        if is_cut {
            preview.push('…');
            return preview;
        }
    }
    preview
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_is_all_there_on_one_line() {
        assert_eq!(preview("  Hello,\n\n world\t! "), "Hello, world !");
        assert_eq!(preview(" \n"), "");
        assert_eq!(preview(&"é".repeat(PREVIEWED)), "é".repeat(PREVIEWED));
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(preview(&"é".repeat(PREVIEWED + 1)), format!("{}…", "é".repeat(PREVIEWED)));
        assert_eq!(preview(&format!("{} b", "a".repeat(PREVIEWED))), format!("{}…", "a".repeat(PREVIEWED)));
    }

    proptest! {
        #[test]
        fn a_preview_is_bounded_and_on_one_line(text in any::<String>()) {
            let preview = preview(&text);
            prop_assert!(preview.chars().count() <= PREVIEWED + 1);
            prop_assert!(!preview.contains(['\n', '\r', '\t']));
        }
    }
}
