//! Text as it is kept: no control characters, line ends of one kind, at most one empty line in a row.

/// A text without what nobody reads.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.split(['\n', '\r', '\u{0C}', '\u{2028}', '\u{2029}']) {
        let line = line.trim_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !clean.is_empty() {
            clean.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        clean.extend(line.chars().filter(|sign| *sign == '\t' || !(sign.is_control() || *sign == '\u{FEFF}')));
    }
    clean
}

/// A name on one line, not longer than this many characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|sign| !sign.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_goes() {
        assert_eq!(clean("\u{FEFF}\n\none\0  \r\ntwo\n\n\n\nthree\u{7}\n"), "one\n\ntwo\n\nthree");
        assert_eq!(clean(" \n\t\n"), "");
        assert_eq!(one_line(" a\n b\tc ", 4), "a b ");
    }
}
