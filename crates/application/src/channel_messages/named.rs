//! Who is named in a text.

use comrak::{Arena, arena_tree::NodeEdge, nodes::NodeValue, parse_document};
use stead_domain::text::Handle;

use crate::html;

/// How many names of a text count: those that come first.
const MOST_NAMES: usize = 100;

/// A name in a text, in the order in which they come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `@channel`
    Channel,
    /// `@here`
    Here,
    /// A handle: the longest that it can be first, then what it is without its last parts, for a name at the end of a
    /// sentence.
    Handle(Vec<Handle>),
}

/// The names in a Markdown text, each once; those in code, in HTML and in links are none.
pub fn named(markdown: &str) -> Vec<Named> {
    if !markdown.contains('@') {
        return Vec::new();
    }
    let mut found = Vec::new();
    for text in texts(markdown) {
        names_in(&text, &mut found);
    }
    found
}

/// The stretches of plain text.
fn texts(markdown: &str) -> Vec<String> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &html::options());
    let (mut texts, mut links) = (vec![String::new()], 0_usize);
    for edge in root.traverse() {
        let (node, begins) = match edge {
            NodeEdge::Start(node) => (node, true),
            NodeEdge::End(node) => (node, false),
        };
        match (&node.data.borrow().value, begins) {
            (NodeValue::Text(text), true) => {
                if let Some(last) = texts.last_mut().filter(|_| links == 0) {
                    last.push_str(text);
                }
                continue;
            }
            (NodeValue::Text(_), false) => continue,
            (NodeValue::Link(_) | NodeValue::Image(_), true) => links += 1,
            (NodeValue::Link(_) | NodeValue::Image(_), false) => links = links.saturating_sub(1),
            _ => {}
        }
        texts.push(String::new());
    }
    texts
}

fn names_in(text: &str, found: &mut Vec<Named>) {
    let mut before = None;
    for (at, c) in text.char_indices() {
        let begins = c == '@' && before.is_none_or(|before: char| !is_of_a_word(before));
        before = Some(c);
        if !begins || found.len() >= MOST_NAMES {
            continue;
        }
        let name: String = text.get(at + 1..).unwrap_or_default().chars().take_while(|c| is_of_a_handle(*c)).collect();
        if let Some(named) = read(&name).filter(|named| !found.contains(named)) {
            found.push(named);
        }
    }
}

/// After one of these an `@` is in the middle of something: an address, a path.
fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '@' | '_' | '.' | '-' | '+' | '/')
}

fn is_of_a_handle(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn read(name: &str) -> Option<Named> {
    match name.trim_end_matches(['.', '-', '_']).to_ascii_lowercase().as_str() {
        "channel" => return Some(Named::Channel),
        "here" => return Some(Named::Here),
        _ => {}
    }
    let ends = name.char_indices().filter(|(_, c)| !c.is_ascii_alphanumeric()).map(|(at, _)| at);
    let mut parts: Vec<usize> = ends.chain([name.len()]).collect();
    parts.reverse();
    let mut handles: Vec<Handle> = parts.into_iter().filter_map(|end| Handle::parse(name.get(..end)?).ok()).collect();
    handles.dedup();
    if handles.is_empty() { None } else { Some(Named::Handle(handles)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The longest reading of each name.
    fn names(markdown: &str) -> Vec<String> {
        let written = |named| match named {
            Named::Channel => "*channel".to_owned(),
            Named::Here => "*here".to_owned(),
            Named::Handle(handles) => handles[0].as_str().to_owned(),
        };
        super::named(markdown).into_iter().map(written).collect()
    }

    #[test]
    fn names_are_found_in_text_alone() {
        for (text, expected) in [
            ("@ann", vec!["ann"]),
            ("hello @Ann, and @bob.b!", vec!["ann", "bob.b"]),
            ("(@ann) **@bob** *x @cy*", vec!["ann", "bob", "cy"]),
            ("> @ann\n\n- @bob\n\n| @cy | b |\n|---|---|\n| @di | @ann |", vec!["ann", "bob", "cy", "di"]),
            ("@ann_b @a-b @9z", vec!["ann_b", "a-b", "9z"]),
            ("@channel and @here and @Channel.", vec!["*channel", "*here"]),
            ("@channels", vec!["channels"]),
            ("`@ann` and\n\n    @bob\n\n```\n@cy\n```\n<b title=\"@di\">", vec![]),
            ("ann@example.org, x@ann, @@ann, a/@ann", vec![]),
            ("[@ann](https://example.org) https://example.org/@bob", vec![]),
            ("@ @a @. @é", vec![]),
            ("@ann @ann @ANN", vec!["ann"]),
            ("größe@ann", vec![]),
            ("一@ann 二 @bob", vec!["bob"]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_at_the_end_of_a_sentence_may_be_a_shorter_one() {
        let handle = |text| Handle::parse(text).unwrap();
        let read = |text| match super::named(text).pop() {
            Some(Named::Handle(handles)) => handles,
            other => panic!("{other:?}"),
        };
        assert_eq!(read("ask @ann.b."), [handle("ann.b"), handle("ann")]);
        assert_eq!(read("@ann_: yes"), [handle("ann_"), handle("ann")]);
        assert_eq!(read("@ann..."), [handle("ann")]);
    }

    #[test]
    fn the_first_hundred_names_count() {
        let many: String = (0..200).map(|n| format!("@user{n} ")).collect();
        assert_eq!(names(&many).len(), MOST_NAMES);
    }

    proptest! {
        #[test]
        fn a_handle_after_an_at_is_found(before in "[a-z ,(]{0,10} ", handle in "[a-z0-9][a-z0-9_.-]{0,20}[a-z0-9]", after in "( [a-z ]{0,10})?") {
            prop_assume!(!["channel", "here"].contains(&handle.as_str()));
            // Two underlines can be marks of Markdown.
            prop_assume!(handle.matches('_').count() < 2);
            prop_assert_eq!(names(&format!("x{before}@{handle}{after}")), vec![handle]);
        }

        #[test]
        fn nothing_in_code_is_a_name(code in "[^`\\\\\r\n]{0,40}") {
            prop_assert_eq!(names(&format!("a `@ann {code}` b")), Vec::<String>::new());
        }

        #[test]
        fn any_text_is_read(text in any::<String>(), names_in_it in "(@[a-z`*_\\[\\]().<>\n -]{0,8}){0,10}") {
            let named = super::named(&format!("{text}{names_in_it}"));
            prop_assert!(named.len() <= MOST_NAMES);
            for (n, one) in named.iter().enumerate() {
                prop_assert!(!named[..n].contains(one));
            }
        }
    }
}
