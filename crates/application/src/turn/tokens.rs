/// About how many tokens a text is to a model: four characters of ASCII each, any other character one by itself. Rather
/// too many than too few.
pub fn estimate(text: &str) -> u32 {
    let (mut ascii, mut other) = (0usize, 0usize);
    for character in text.chars() {
        if character.is_ascii() { ascii += 1 } else { other += 1 }
    }
    u32::try_from(ascii.div_ceil(4) + other).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_four_to_a_token() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate("four five"), 3);
        assert_eq!(estimate("über"), 2);
        assert_eq!(estimate("日本語"), 3);
    }
}
