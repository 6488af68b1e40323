//! The one shape that every summary has, whatever the model wrote:
//!
//! ```text
//! **#general, last 2 days** (14 messages from 3 people)
//!
//! - **Release:** Ann moves it to Monday [3][7].
//! - **Open:** who tests the import [9].
//! ```
//!
//! A line that says what it is of, an empty line, then one bullet a topic, each on one line, with its sources by number.

use stead_domain::source::numbers_cited;

/// The most bullets, and the most characters of one.
const MOST_BULLETS: usize = 12;
const MOST_OF_ONE: usize = 600;

/// Makes bullets of what a model wrote: of its list items, or, where it wrote none, of its paragraphs. Numbers of messages
/// that were not shown are left out.
pub(super) fn bullets(written: &str, shown: usize) -> Vec<String> {
    let lines: Vec<&str> = written.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let items: Vec<String> = joined_items(&lines);
    let chosen = if items.is_empty() { paragraphs(written) } else { items };
    chosen.iter().map(|text| tidy(text, shown)).filter(|text| !text.is_empty()).take(MOST_BULLETS).collect()
}

/// The list items, each with the lines that go on with it.
fn joined_items(lines: &[&str]) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in lines {
        match item(line) {
            Some(text) => items.push(text.to_owned()),
            None if line.starts_with('#') || line.starts_with("```") => {}
            None => {
                if let Some(last) = items.last_mut() {
                    last.push(' ');
                    last.push_str(line);
                }
            }
        }
    }
    items
}

fn item(line: &str) -> Option<&str> {
    for mark in ["- ", "* ", "• ", "– "] {
        if let Some(text) = line.strip_prefix(mark) {
            return Some(text.trim());
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..)?;
    (digits > 0).then_some(())?;
    rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")).map(str::trim)
}

fn paragraphs(written: &str) -> Vec<String> {
    written
        .split("\n\n")
        .map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "))
        .filter(|paragraph| !paragraph.trim().is_empty() && !paragraph.starts_with('#'))
        .collect()
}

/// One line, bounded, begun with its topic where it has one, pointing at nothing that was not shown.
fn tidy(text: &str, shown: usize) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for number in numbers_cited(&text) {
        if usize::try_from(number).is_ok_and(|number| number > shown) {
            text = text.replace(&format!("[{number}]"), "");
        }
    }
    if text.chars().count() > MOST_OF_ONE {
        text = text.chars().take(MOST_OF_ONE).collect::<String>() + "…";
    }
    // "Topic: text" becomes "**Topic:** text".
    if !text.starts_with("**")
        && let Some((topic, rest)) = text.split_once(": ")
        && topic.chars().count() <= 40
        && !topic.contains(['[', '*', '.'])
    {
        text = format!("**{topic}:** {rest}");
    }
    text.trim().to_owned()
}

/// The whole summary.
pub(super) fn summary(heading: &str, bullets: &[String]) -> String {
    let bullets: Vec<String> = bullets.iter().map(|bullet| format!("- {bullet}")).collect();
    format!("{heading}\n\n{}", bullets.join("\n"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whatever_the_model_writes_the_shape_is_one() {
        let expected = ["**Release:** Ann moves it [1].", "**Open:** who tests [2]."];
        for written in [
            "- Release: Ann moves it [1].\n- **Open:** who tests [2].",
            "# Summary\n\n1. Release: Ann moves\n   it [1].\n2) **Open:** who tests [2].",
            "Here it is:\n\n* **Release:** Ann moves it [1].\n* Open: who tests [2].[9]",
        ] {
            assert_eq!(bullets(written, 2), expected, "{written}");
        }
        assert_eq!(bullets("Ann moves the release.\nIt is late.\n\nNobody tests.", 1).len(), 2);
        assert!(bullets("", 1).is_empty());
    }

    proptest! {
        #[test]
        fn a_bullet_is_one_line_and_there_are_few(written in any::<String>()) {
            let bullets = bullets(&written, 3);
            prop_assert!(bullets.len() <= MOST_BULLETS);
            prop_assert!(bullets.iter().all(|bullet| !bullet.contains('\n') && !bullet.is_empty()));
        }
    }
}
