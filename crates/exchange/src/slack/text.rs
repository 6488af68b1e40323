//! What Slack calls mrkdwn, as Markdown.

use super::emoji;

/// The Markdown of a text. `handle` says how somebody is addressed here.
pub(super) fn markdown<'a>(text: &str, handle: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let parts: Vec<&str> = text.split("```").collect();
    let mut out = String::with_capacity(text.len());
    for (n, part) in parts.iter().enumerate() {
        let is_closed = n + 1 < parts.len();
        if n % 2 == 1 && is_closed {
            let code = plain(part, handle);
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str("```\n");
            out.push_str(code.trim_matches('\n'));
            out.push_str("\n```\n");
            continue;
        }
        if n % 2 == 1 {
            out.push_str("```");
        }
        let part = if n > 0 && n % 2 == 0 { part.trim_start_matches('\n') } else { part };
        let lines: Vec<String> = part.split('\n').map(|line| in_line(line, handle)).collect();
        out.push_str(&lines.join("\n"));
    }
    out.truncate(out.trim_end().len());
    out
}

/// A line outside of blocks of code.
fn in_line<'a>(line: &str, handle: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let mut out = String::with_capacity(line.len());
    for (n, part) in parts.iter().enumerate() {
        if n % 2 == 1 && n + 1 < parts.len() {
            out.push('`');
            out.push_str(&plain(part, handle));
            out.push('`');
        } else {
            if n % 2 == 1 {
                out.push('`');
            }
            out.push_str(&written(part, handle));
        }
    }
    out
}

/// What is not code: marks, links and names.
fn written<'a>(text: &str, handle: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside, after)) = next_link(rest) {
        out.push_str(&marks(before));
        out.push_str(&link(inside, handle, true));
        rest = after;
    }
    out.push_str(&marks(rest));
    out
}

/// Code: names and addresses as they are read.
fn plain<'a>(text: &str, handle: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside, after)) = next_link(rest) {
        out.push_str(&unescaped(before));
        out.push_str(&link(inside, handle, false));
        rest = after;
    }
    out.push_str(&unescaped(rest));
    out
}

/// What stands before, in and after the next `<...>`.
fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let (before, from) = text.split_once('<')?;
    let (inside, after) = from.split_once('>')?;
    Some((before, inside, after))
}

fn link<'a>(inside: &str, handle: &dyn Fn(&str) -> Option<&'a str>, is_markdown: bool) -> String {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (inside, None),
    };
    let shown = |fallback: &str| unescaped(label.unwrap_or(fallback));
    if let Some(user) = target.strip_prefix('@') {
        return format!("@{}", handle(user).map_or_else(|| shown(user), str::to_owned));
    }
    if let Some(channel) = target.strip_prefix('#') {
        return format!("#{}", shown(channel));
    }
    match target.strip_prefix('!') {
        Some("here") => return "@here".to_owned(),
        Some("channel" | "everyone" | "group") => return "@channel".to_owned(),
        Some(special) => return shown(special.split('^').next().unwrap_or(special)),
        None => {}
    }
    let address = unescaped(target);
    if let Some(mail) = address.strip_prefix("mailto:") {
        return label.map_or_else(|| mail.to_owned(), unescaped);
    }
    if !address.starts_with("http://") && !address.starts_with("https://") {
        return label.map_or(address, unescaped);
    }
    match label.map(unescaped) {
        Some(label) if is_markdown && label != address => markdown_link(&label, &address),
        _ => address,
    }
}

/// A link to somewhere.
pub(super) fn markdown_link(label: &str, address: &str) -> String {
    let label = label.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]").replace('\n', " ");
    let address = address.replace(' ', "%20").replace('(', "%28").replace(')', "%29").replace('<', "%3C");
    format!("[{label}]({address})")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Text with marks and names of emoji. A `<` is one that somebody wrote.
fn marks(text: &str) -> String {
    let text = with_emoji(text).replace("&lt;", "\\<").replace("&gt;", ">").replace("&amp;", "&");
    doubled(&doubled(&text, '*'), '~')
}

fn with_emoji(text: &str) -> String {
    let parts: Vec<&str> = text.split(':').collect();
    let mut out = String::with_capacity(text.len());
    let mut n = 0;
    while let Some(part) = parts.get(n) {
        if n > 0 {
            // A skin tone is named after its emoji.
            let toned = match (parts.get(n + 1), parts.get(n + 2)) {
                (Some(&""), Some(tone)) if tone.starts_with("skin-tone-") && n + 3 < parts.len() => {
                    emoji::by_name(&format!("{part}::{tone}"))
                }
                _ => None,
            };
            let (found, used) = match toned {
                Some(emoji) => (Some(emoji), 3),
                None if n + 1 < parts.len() => (emoji::by_name(part), 1),
                None => (None, 0),
            };
            if let Some(emoji) = found {
                out.push_str(emoji.as_str());
                out.push_str(parts.get(n + used).copied().unwrap_or_default());
                n += used + 1;
                continue;
            }
            out.push(':');
        }
        out.push_str(part);
        n += 1;
    }
    out
}

/// Slack's one mark around something is two in Markdown.
fn doubled(text: &str, mark: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut n = 0;
    while n < chars.len() {
        let before = n.checked_sub(1).and_then(|n| chars.get(n));
        let opens = chars[n] == mark
            && before.is_none_or(|c| !c.is_alphanumeric() && *c != mark && *c != '\\')
            && chars.get(n + 1).is_some_and(|c| !c.is_whitespace() && *c != mark);
        let end = if opens { closing(&chars, n + 1, mark) } else { None };
        match end {
            Some(end) => {
                out.extend([mark, mark]);
                out.extend(&chars[n + 1..end]);
                out.extend([mark, mark]);
                n = end + 1;
            }
            None => {
                out.push(chars[n]);
                n += 1;
            }
        }
    }
    out
}

fn closing(chars: &[char], from: usize, mark: char) -> Option<usize> {
    let end = (from..chars.len()).find(|n| chars[*n] == mark)?;
    let is_end =
        !chars[end - 1].is_whitespace() && chars.get(end + 1).is_none_or(|c| !c.is_alphanumeric() && *c != mark);
    is_end.then_some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        markdown(text, &|user| (user == "U1").then_some("ann"))
    }

    #[test]
    fn names_and_links_are_markdown() {
        for (slack, expected) in [
            ("hi <@U1>, <@U1|annie>!", "hi @ann, @ann!"),
            ("<@U9|zoe> <@U8>", "@zoe @U8"),
            ("see <#C1|general>", "see #general"),
            ("<!here> <!channel> <!everyone>", "@here @channel @channel"),
            ("<!subteam^S1|@team> <!date^123^{date}|today>", "@team today"),
            ("<https://example.org>", "https://example.org"),
            ("<https://example.org/?a=1&amp;b=2|the [page]>", "[the \\[page\\]](https://example.org/?a=1&b=2)"),
            ("<https://example.org|https://example.org>", "https://example.org"),
            ("<mailto:ann@example.org|ann@example.org>", "ann@example.org"),
            ("<javascript:alert(1)|x>", "x"),
            ("a &lt; b &amp;&amp; c &gt; d", "a \\< b && c > d"),
        ] {
            assert_eq!(read(slack), expected, "{slack}");
        }
    }

    #[test]
    fn marks_are_doubled_and_code_is_left_alone() {
        for (slack, expected) in [
            ("*bold* _it_ ~gone~", "**bold** _it_ ~~gone~~"),
            ("2*3*4 and * a *", "2*3*4 and * a *"),
            ("`*a* &lt;b&gt; :smile:`", "`*a* <b> :smile:`"),
            ("```let x = *y*;\n<https://example.org|e>```", "```\nlet x = *y*;\nhttps://example.org\n```"),
            ("so: ```a``` yes", "so: \n```\na\n```\n yes"),
            ("``` not closed", "``` not closed"),
            ("well :+1: :wave::skin-tone-3: 10:30:15 :partyparrot:", "well 👍 👋🏼 10:30:15 :partyparrot:"),
            ("&gt; quoted", "> quoted"),
        ] {
            assert_eq!(read(slack), expected, "{slack}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>(), marked in "([*~_`<>|@#!: a&;\\n]|```|&lt;|<@U1>|:\\+1:){0,30}") {
            read(&text);
            read(&marked);
        }
    }
}
