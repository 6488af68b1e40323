/// The first words of a text on one line, at most `max` characters, without Markdown's marks: a title when there is no
/// better one.
pub fn first_words(text: &str, max: usize) -> String {
    let mut words = String::new();
    let plain = text.replace(['*', '`', '~', '[', ']'], "");
    let stripped = plain.split_whitespace().map(|word| word.trim_matches(['#', '>', '_']));
    for word in stripped.filter(|word| !word.is_empty()) {
        let needed = word.chars().count() + usize::from(!words.is_empty());
        if words.chars().count() + needed > max {
            if words.is_empty() {
                words = word.chars().take(max - 1).collect();
            }
            words.push('…');
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(first_words("# How do  I\nboil `eggs`?", 60), "How do I boil eggs?");
        assert_eq!(first_words("one two three", 8), "one two…");
        assert_eq!(first_words("aaaaaaaaaa", 4), "aaa…");
        assert_eq!(first_words(" ** ", 4), "");
    }
}
