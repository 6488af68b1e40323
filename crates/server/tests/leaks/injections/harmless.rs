//! What a client may be given to show.

/// Elements that load, run or send something, or cover what is there.
const NOT_SHOWN: [&str; 24] = [
    "img", "script", "iframe", "frame", "object", "embed", "applet", "video", "audio", "source", "track", "picture",
    "link", "style", "meta", "base", "svg", "math", "image", "form", "input", "button", "portal", "template",
];
/// Attributes that do.
const NOT_SET: [&str; 10] =
    ["src", "srcset", "style", "poster", "background", "data", "ping", "action", "formaction", "xlink:href"];

/// Nothing of it is loaded, run or sent by being shown.
#[track_caller]
pub fn loads_nothing(html: &str) {
    let lower = html.to_lowercase();
    for tag in lower.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap_or_else(|| panic!("an open end: {html}"));
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(!NOT_SHOWN.contains(&name.as_str()), "<{name}> is shown: {html}");
        for attribute in attributes(tag) {
            let (attribute, value) = attribute;
            let runs = attribute.starts_with("on") || NOT_SET.contains(&attribute.as_str());
            assert!(!runs, "{attribute} is set: {html}");
            if attribute == "href" {
                let leads = ["http://", "https://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
                let stays = !value.contains(':') && !value.starts_with("//");
                assert!(leads || stays, "{value} is a link: {html}");
                assert!(tag.contains("noopener"), "{value} tells where it was followed from: {html}");
            }
        }
    }
}

/// Names and values, as a cleaned document writes them: all quoted.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(char::is_whitespace).map(|(_, rest)| rest).unwrap_or_default();
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"').unwrap_or_else(|| panic!("an open quotation: {tag}"));
        found.push((name.trim().to_owned(), value.to_owned()));
        rest = next;
    }
    found
}

#[test]
fn what_loads_is_seen() {
    for html in [
        "<p><img alt=\"x\"></p>",
        "<a rel=\"noopener\" href=\"javascript:x\">x</a>",
        "<a rel=\"noopener\" href=\"//evil.example\">x</a>",
        "<a href=\"https://evil.example\">x</a>",
        "<p title=\"x\" style=\"y\">x</p>",
        "<p onclick=\"x\">x</p>",
    ] {
        assert!(std::panic::catch_unwind(|| loads_nothing(html)).is_err(), "{html}");
    }
    loads_nothing("<p title=\"src=x\">a &lt;img src=x&gt; <a href=\"https://x.example\" rel=\"noopener\">b</a></p>");
}
