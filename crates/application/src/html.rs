use std::sync::LazyLock;

use ammonia::Builder;
use comrak::Options;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    // A picture is loaded by being shown: text from a model or a stranger must not make a reader's browser fetch anything.
    builder.rm_tags(["img"]).link_rel(Some("noopener noreferrer nofollow"));
    builder.add_generic_attributes(["dir"]).add_tag_attributes("code", ["class"]);
    builder
});

/// Clean HTML of a Markdown text (CommonMark with GitHub's tables, strike-through, task lists and bare links).
pub fn from_markdown(markdown: &str) -> String {
    clean(&comrak::markdown_to_html(markdown, &options()))
}

/// How Markdown is read.
pub fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.autolink = true;
    options.render.hardbreaks = true;
    options
}

/// The same HTML without anything that runs, loads or deceives.
pub fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html() {
        assert_eq!(from_markdown("**a** `b`"), "<p><strong>a</strong> <code>b</code></p>\n");
        assert!(from_markdown("| a |\n|---|\n| b |").contains("<table>"));
    }

    #[test]
    fn nothing_that_runs_or_loads_survives() {
        for evil in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "<a href='javascript:alert(1)'>x</a>",
            "<svg onload=alert(1)>",
            "![x](https://example.org/leak)",
            "<iframe src=https://example.org></iframe>",
            "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
        ] {
            for html in [from_markdown(evil), clean(evil)] {
                for bad in ["<script", "onerror=", "onload=", "href=\"javascript", "<img", "<iframe", "<svg"] {
                    assert!(!html.contains(bad), "{evil} gave {html}");
                }
            }
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        let once = clean("<p>a<b>b</p></b><table><tr><td><style>x</style>c");
        assert_eq!(clean(&once), once);
    }
}
