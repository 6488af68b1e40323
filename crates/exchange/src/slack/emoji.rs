//! Emoji by the names that Slack gives them.

use emojis::SkinTone;
use stead_domain::emoji::Emoji;

/// Names that are Slack's alone.
const OTHERS: [(&str, &str); 4] =
    [("simple_smile", "🙂"), ("thumbsup_all", "👍"), ("the_horns", "🤘"), ("large_blue_circle", "🔵")];

/// The emoji of a name like `+1` or `wave::skin-tone-3`; none where it is the workspace's own.
pub(super) fn by_name(name: &str) -> Option<Emoji> {
    let (name, tone) = match name.split_once("::skin-tone-") {
        Some((name, tone)) => (name, Some(tone)),
        None => (name, None),
    };
    let text = match plain(name)? {
        Found::Listed(emoji) => match tone.and_then(skin_tone).and_then(|tone| emoji.with_skin_tone(tone)) {
            Some(toned) => toned.as_str().to_owned(),
            None => emoji.as_str().to_owned(),
        },
        Found::Text(text) => text,
    };
    Emoji::parse(&text).ok()
}

enum Found {
    Listed(&'static emojis::Emoji),
    Text(String),
}

fn plain(name: &str) -> Option<Found> {
    if let Some(emoji) = emojis::get_by_shortcode(name).or_else(|| emojis::get_by_shortcode(&name.replace('-', "_"))) {
        return Some(Found::Listed(emoji));
    }
    if let Some((_, emoji)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return Some(Found::Text((*emoji).to_owned()));
    }
    let country = name.strip_prefix("flag-")?;
    let letter = |c: char| match c {
        'a'..='z' => char::from_u32(u32::from(c) - u32::from('a') + 0x1F1E6),
        _ => None,
    };
    Some(Found::Text(country.chars().map(letter).collect::<Option<_>>()?))
}

fn skin_tone(tone: &str) -> Option<SkinTone> {
    Some(match tone {
        "2" => SkinTone::Light,
        "3" => SkinTone::MediumLight,
        "4" => SkinTone::Medium,
        "5" => SkinTone::MediumDark,
        "6" => SkinTone::Dark,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_emoji() {
        for (name, expected) in [
            ("+1", "👍"),
            ("thumbsup", "👍"),
            ("wave::skin-tone-3", "👋🏼"),
            ("flag-de", "🇩🇪"),
            ("white_check_mark", "✅"),
            ("simple_smile", "🙂"),
            ("heart", "❤"),
        ] {
            assert_eq!(by_name(name).map(|emoji| emoji.as_str().to_owned()).as_deref(), Some(expected), "{name}");
        }
        for own in ["partyparrot", "", "flag-", "flag-d1", "::skin-tone-2"] {
            assert!(by_name(own).is_none(), "{own}");
        }
    }
}
