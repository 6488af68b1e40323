use sha2::{Digest, Sha256};
use stead_domain::mcp_server::ServerName;

/// What models take as a name: `[a-zA-Z0-9_-]{1,64}`.
const LONGEST: usize = 64;
/// `_` and eight digits.
const SUFFIX: usize = 9;

/// What a model calls a server's tool: `{server}__{tool}`. Where that does not fit, it is cut, what does not belong in a name
/// is replaced, and a hash of the whole name tells it from others. The same tool always has the same name.
pub fn qualified_name(server: &ServerName, tool: &str) -> String {
    let plain = format!("{}__{tool}", server.as_str());
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if plain.len() <= LONGEST && plain.chars().all(fits) {
        return plain;
    }
    let hash = Sha256::digest(&plain);
    let tail = hash.iter().take(4).fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    let head = plain.chars().take(LONGEST - SUFFIX).map(|c| if fits(c) { c } else { '_' });
    let mut name: String = head.collect();
    name.push_str(&format!("_{tail:08x}"));
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(server: &str, tool: &str) -> String {
        qualified_name(&ServerName::parse(server).unwrap(), tool)
    }

    #[test]
    fn a_usual_name_is_as_it_is() {
        assert_eq!(name("files", "read_file"), "files__read_file");
        assert_eq!(name("files-2", "a-B-9"), "files-2__a-B-9");
        assert_eq!(name("a", &"x".repeat(61)).len(), 64);
    }

    #[test]
    fn what_does_not_fit_is_told_apart_by_a_hash() {
        let dots = [name("a", "x.y"), name("a", "x/y"), name("a", "x_y"), name("a", "x y"), name("a", "ä")];
        let long = [name("a", &"x".repeat(62)), name("a", &"x".repeat(63)), name("a", &"x".repeat(128))];
        let mut names: Vec<_> = dots.iter().chain(&long).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 8);
        assert!(dots[0].starts_with("a__x_y_"), "{}", dots[0]);
    }

    proptest! {
        #[test]
        fn every_tool_has_a_name_that_models_take(server in "[a-z0-9][a-z0-9-]{0,31}", tool in ".{1,128}") {
            let name = name(&server, &tool);
            prop_assert!((1..=64).contains(&name.len()));
            prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
            let prefix = format!("{server}__");
            prop_assert!(name.starts_with(&prefix));
        }

        #[test]
        fn tools_that_fit_are_never_mixed_up(one in ("[a-z-]{1,8}", "[a-z_-]{1,8}"), other in ("[a-z-]{1,8}", "[a-z_-]{1,8}")) {
            prop_assume!(!one.0.starts_with('-') && !other.0.starts_with('-'));
            prop_assert_eq!(one == other, name(&one.0, &one.1) == name(&other.0, &other.1));
        }
    }
}
