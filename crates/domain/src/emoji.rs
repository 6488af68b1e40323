//! One emoji, in one way of writing it.

use icu_properties::{
    CodePointSetData,
    props::{Emoji as IsEmoji, ExtendedPictographic, RegionalIndicator},
};

use crate::Invalid;

/// Joins emoji into one.
const JOINER: char = '\u{200D}';
/// Draws a box around a digit.
const KEYCAP: char = '\u{20E3}';
/// Ends a flag that is spelled out.
const END_OF_TAGS: char = '\u{E007F}';

/// One emoji (UTS #51, `possible_emoji`), without variation selectors: those ask for a coloured or a plain picture of
/// the same thing, and keyboards disagree on when to send them. Skin tones are kept: they are another emoji.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Emoji(String);

impl Emoji {
    /// The most characters of one: what Unicode lists has at most ten.
    pub const MAX_CHARS: usize = 20;

    /// Accepts exactly one emoji and leaves out its variation selectors.
    ///
    /// # Errors
    /// It is none, several, or something else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("must be one emoji");
        // What is far too long is not looked at.
        if text.len() > 8 * Self::MAX_CHARS {
            return Err(refused());
        }
        let folded: String = text.chars().filter(|c| !matches!(c, '\u{FE0E}' | '\u{FE0F}')).collect();
        let chars: Vec<char> = folded.chars().collect();
        let fits = chars.len() <= Self::MAX_CHARS && (is_flag(&chars) || is_keycap(&chars) || is_joined(&chars));
        if fits { Ok(Self(folded)) } else { Err(refused()) }
    }

    /// The emoji.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A flag is the two letters of its country.
fn is_flag(chars: &[char]) -> bool {
    let letters = CodePointSetData::new::<RegionalIndicator>();
    matches!(chars, [first, second] if letters.contains(*first) && letters.contains(*second))
}

fn is_keycap(chars: &[char]) -> bool {
    matches!(chars, ['0'..='9' | '#' | '*', KEYCAP])
}

fn is_joined(chars: &[char]) -> bool {
    chars.split(|c| *c == JOINER).all(is_picture)
}

/// A picture, in a skin tone, or with the tags that spell out whose flag it is.
fn is_picture(chars: &[char]) -> bool {
    let Some((picture, rest)) = chars.split_first() else { return false };
    let letters = CodePointSetData::new::<RegionalIndicator>();
    let pictures = CodePointSetData::new::<ExtendedPictographic>();
    let emoji = CodePointSetData::new::<IsEmoji>();
    // Digits are emoji to Unicode, since keycaps begin with them.
    let is_picture = pictures.contains(*picture) || (emoji.contains(*picture) && !picture.is_ascii());
    if !is_picture || letters.contains(*picture) {
        return false;
    }
    match rest {
        [] | ['\u{1F3FB}'..='\u{1F3FF}'] => true,
        [tags @ .., END_OF_TAGS] => {
            !tags.is_empty() && tags.iter().all(|tag| ('\u{E0020}'..='\u{E007E}').contains(tag))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Of every form.
    const EMOJI: [&str; 14] = ["👍", "👍🏽", "❤️", "☺", "🇩🇪", "1️⃣", "#️⃣", "👩‍❤️‍💋‍👨", "🏳️‍🌈", "🏴‍☠️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🧑🏿‍🤝‍🧑🏻", "🏽", "©️"];

    #[test]
    fn every_form_is_accepted() {
        for emoji in EMOJI {
            assert!(Emoji::parse(emoji).is_ok(), "{emoji}");
        }
    }

    #[test]
    fn one_emoji_is_written_in_one_way() {
        assert_eq!(Emoji::parse("❤️"), Emoji::parse("\u{2764}"));
        assert_eq!(Emoji::parse("\u{2764}\u{FE0E}"), Emoji::parse("❤️"));
        assert_eq!(Emoji::parse("1\u{20E3}"), Emoji::parse("1\u{FE0F}\u{20E3}"));
        assert_ne!(Emoji::parse("👍"), Emoji::parse("👍🏽"));
        assert!(Emoji::parse("❤️").is_ok_and(|emoji| emoji.as_str() == "\u{2764}"));
    }

    #[test]
    fn what_is_no_single_emoji_is_refused() {
        let long = "👩\u{200D}".repeat(30);
        for bad in [
            "",
            "a",
            "1",
            "#",
            "👍👍",
            "👍 ",
            " 👍",
            ":+1:",
            "🇩",
            "🇩🇪🇫",
            "\u{FE0F}",
            "\u{200D}",
            "👍\u{200D}",
            "é",
            "\0",
            "👍\0",
            "a\u{20E3}",
            "🏴\u{E007F}",
            "👍🏽🏽",
            long.as_str(),
        ] {
            assert!(Emoji::parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn an_emoji_is_its_own_normal_form(text in "(\\p{Emoji}|\\p{RI}|\u{200D}|\u{FE0F}|\u{20E3}|\u{1F3FD}){0,6}") {
            if let Ok(emoji) = Emoji::parse(&text) {
                prop_assert_eq!(Emoji::parse(emoji.as_str()), Ok(emoji));
            }
        }

        #[test]
        fn selectors_anywhere_make_no_difference(which in 0..EMOJI.len(), places in proptest::collection::vec(any::<bool>(), 20)) {
            let selected: String = EMOJI[which]
                .chars()
                .zip(places)
                .flat_map(|(c, selects)| std::iter::once(c).chain(selects.then_some('\u{FE0F}')))
                .collect();
            prop_assert_eq!(Emoji::parse(&selected), Emoji::parse(EMOJI[which]));
        }

        #[test]
        fn nothing_makes_it_panic(text in any::<String>()) {
            let refused_or_short = Emoji::parse(&text).map_or(true, |emoji| emoji.as_str().chars().count() <= Emoji::MAX_CHARS);
            prop_assert!(refused_or_short);
        }
    }
}
