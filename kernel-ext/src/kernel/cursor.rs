//! Jupyter counts characters (Unicode code points), Rust counts bytes.

/// The byte at which character `position` of `code` begins; past the end is the end.
pub fn byte_of(code: &str, position: usize) -> usize {
    code.char_indices()
        .nth(position)
        .map_or(code.len(), |(offset, _)| offset)
}

/// How many characters of `code` stand before byte `offset`.
pub fn characters_before(code: &str, offset: usize) -> usize {
    code.char_indices()
        .take_while(|(at, _)| *at < offset)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_bytes_translate_both_ways() {
        let code = "let é = \u{1f980};";
        assert_eq!(&code[byte_of(code, 5)..], " = \u{1f980};");
        assert_eq!(byte_of(code, 99), code.len());
        for position in 0..=code.chars().count() {
            assert_eq!(characters_before(code, byte_of(code, position)), position);
        }
    }
}
