//! HTML: what a browser would show, as Markdown.

use html2text::config;

use super::{sink::Sink, text};
use crate::wire::Reason;

/// So wide that lines are not broken where the text has none.
const WIDTH: usize = 2_000;
/// How deep elements may nest: the time that reading takes grows with its square.
const MAX_DEPTH: usize = 2_000;
/// Elements whose end may be left out, or that have none: they do not nest by standing in a row.
const WITHOUT_END: [&str; 22] = [
    "p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "colgroup", "br", "img", "hr",
    "input", "meta", "link", "col", "wbr", "source", "area",
];

pub(super) fn read(html: &str, sink: &mut Sink<'_>) -> Result<(), Reason> {
    if depth(html) > MAX_DEPTH {
        return Err(Reason::Broken);
    }
    let shown = config::plain()
        .link_footnotes(false)
        .no_table_borders()
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), WIDTH)
        .map_err(|_broken| Reason::Broken)?;
    text::markdown(&shown, sink)
}

/// About how deep elements nest at most.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for tag in html.split('<').skip(1) {
        let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|sign: char| !sign.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() || WITHOUT_END.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_row_does_not_nest() {
        assert_eq!(depth(&"<p>one<br>two<li>three".repeat(100)), 0);
        assert_eq!(depth("<div><b>x</b><DIV><i>y</i></DIV></div> 1 < 2"), 3);
        assert_eq!(depth(&"<div>".repeat(100)), 100);
    }
}
