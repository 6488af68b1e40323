/// What `If-Match` and `If-None-Match` name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tags {
    /// `*`
    Any,
    /// These.
    These(Vec<EntityTag>),
}

/// An entity tag (RFC 9110, 8.8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    /// Whether it begins with `W/`.
    pub is_weak: bool,
    /// What is between the quotes.
    pub opaque: Vec<u8>,
}

/// Reads the lines of a header: `*`, or a list of tags, of which some may be empty.
pub fn parse<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Tags> {
    let mut tags = Vec::new();
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        if line.trim_ascii() == b"*" {
            return if tags.is_empty() && lines.peek().is_none() { Some(Tags::Any) } else { None };
        }
        list(line, &mut tags)?;
    }
    if tags.is_empty() { None } else { Some(Tags::These(tags)) }
}

fn list(line: &[u8], tags: &mut Vec<EntityTag>) -> Option<()> {
    let mut rest = line.trim_ascii();
    loop {
        if !rest.is_empty() && !rest.starts_with(b",") {
            let (tag, after) = entity_tag(rest)?;
            tags.push(tag);
            rest = after.trim_ascii_start();
        }
        match rest {
            [] => return Some(()),
            [b',', after @ ..] => rest = after.trim_ascii_start(),
            _ => return None,
        }
    }
}

fn entity_tag(text: &[u8]) -> Option<(EntityTag, &[u8])> {
    let (is_weak, quoted) = match text.strip_prefix(b"W/") {
        Some(quoted) => (true, quoted),
        None => (false, text),
    };
    let inner = quoted.strip_prefix(b"\"")?;
    let end = inner.iter().position(|byte| *byte == b'"')?;
    let (opaque, after) = inner.split_at(end);
    let is_valid = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..);
    if !opaque.iter().all(is_valid) {
        return None;
    }
    Some((EntityTag { is_weak, opaque: opaque.to_vec() }, after.strip_prefix(b"\"")?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> Option<Tags> {
        parse(lines.iter().map(|line| line.as_bytes()))
    }

    fn strong(opaque: &str) -> EntityTag {
        EntityTag { is_weak: false, opaque: opaque.as_bytes().to_vec() }
    }

    fn weak(opaque: &str) -> EntityTag {
        EntityTag { is_weak: true, ..strong(opaque) }
    }

    #[test]
    fn lists_of_tags_and_the_star() {
        for (lines, tags) in [
            (vec![r#""a""#], vec![strong("a")]),
            (vec![r#"W/"a""#], vec![weak("a")]),
            (vec![r#""""#], vec![strong("")]),
            (vec![r#""a", W/"b","c" ,, "d","#], vec![strong("a"), weak("b"), strong("c"), strong("d")]),
            (vec![r#""a,b", "W/""#], vec![strong("a,b"), strong("W/")]),
            (vec![r#" "a""#, r#""b""#], vec![strong("a"), strong("b")]),
            (vec!["\"é\""], vec![strong("é")]),
        ] {
            assert_eq!(read(&lines), Some(Tags::These(tags)), "{lines:?}");
        }
        assert_eq!(read(&["*"]), Some(Tags::Any));
        assert_eq!(read(&[" * "]), Some(Tags::Any));
    }

    #[test]
    fn anything_else_is_malformed() {
        for lines in [
            vec![""],
            vec![","],
            vec!["a"],
            vec![r#""a"#],
            vec![r#"a""#],
            vec![r#"w/"a""#],
            vec![r#"W/ "a""#],
            vec![r#""a" "b""#],
            vec![r#""a b""#],
            vec!["*, *"],
            vec![r#"*, "a""#],
            vec![r#""a""#, "*"],
            vec!["*", r#""a""#],
            vec!["\"a\u{1}\""],
        ] {
            assert_eq!(read(&lines), None, "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(tags in prop::collection::vec((any::<bool>(), "[!#-~]{0,20}"), 1..8)) {
            let written: Vec<_> = tags.iter().map(|(is_weak, opaque)| format!("{}\"{opaque}\"", if *is_weak { "W/" } else { "" })).collect();
            let expected = tags.iter().map(|(is_weak, opaque)| EntityTag { is_weak: *is_weak, ..strong(opaque) }).collect();
            prop_assert_eq!(read(&[&written.join(", ")]), Some(Tags::These(expected)));
        }

        #[test]
        fn nothing_breaks_it(line in prop::collection::vec(any::<u8>(), 0..64)) {
            parse([line.as_slice()].into_iter());
        }
    }
}
