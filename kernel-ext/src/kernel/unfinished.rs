//! Cells that end in the middle of a line. The compiler goes on reading in what evcxr wrote below, and complains about that.

use super::cell_items::after_commands;
use super::completeness::{Completeness, completeness, is_unterminated, open_brackets};
use ra_ap_syntax::{Edition, SourceFile, SyntaxNode};
use std::ops::Range;

const BEFORE: &str = "fn cell() {";

/// Where a cell lacks something, and what.
#[derive(Debug, PartialEq)]
pub struct Unfinished {
    pub place: Range<usize>,
    pub message: &'static str,
    pub advice: String,
}

pub fn unfinished(code: &str) -> Option<Unfinished> {
    let begin = after_commands(code);
    let rust = &code[begin..];
    let source = format!("{BEFORE}{rust}\n}}");
    let root = SourceFile::parse(&source, Edition::Edition2024).syntax_node();
    let mut words = words(&root);
    let offset = |offset: usize| Some(begin + offset.checked_sub(BEFORE.len())?);
    if is_unterminated(&root) {
        let start = offset(words.last()?.start)?;
        let first = code[start..].chars().next()?;
        return Some(Unfinished {
            place: start..start + first.len_utf8(),
            message: "this has no end",
            advice: "What begins here goes on to the end of the cell. Close it, as in `\"text\"` or `/* comment */`."
                .to_owned(),
        });
    }
    let last = words.rfind(|range| range.end <= BEFORE.len() + rust.len())?;
    let rust = &rust[..last.end.checked_sub(BEFORE.len())?];
    // If a bracket or a `;` is all that is missing, the compiler says so.
    if open_brackets(&root) != 0
        || !matches!(completeness(rust), Completeness::Incomplete { .. })
        || completeness(&format!("{rust};")) == Completeness::Complete
    {
        return None;
    }
    let place = offset(last.start)?..offset(last.end)?;
    Some(Unfinished {
        message: "this line is not finished",
        advice: format!(
            "The cell ends here. Write what comes after `{}`, or remove the line.",
            &code[place.clone()]
        ),
        place,
    })
}

/// Where the words and signs are, without spaces and finished comments.
fn words(root: &SyntaxNode) -> impl DoubleEndedIterator<Item = Range<usize>> {
    let tokens = root
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    let words: Vec<Range<usize>> = tokens
        .filter(|token| !token.kind().is_trivia() || token.text().starts_with("/*"))
        .map(|token| token.text_range())
        .map(|range| range.start().into()..range.end().into())
        .collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::unfinished;

    #[test]
    fn the_last_sign_is_where_a_cell_goes_on() {
        for (code, last) in [
            ("let b = Tensor::", "::"),
            (":dep rand\nlet a = 1;\nfn half(x: f64) -> // later\n", "->"),
            ("let y = 1 +", "+"),
            ("if true", "true"),
            ("let a = 1;\nlet s = \"a", "\""),
            ("let a = 1; /* note", "/"),
        ] {
            let found = unfinished(code).map(|unfinished| &code[unfinished.place]);
            assert_eq!(found, Some(last), "{code}");
        }
        for code in ["let x = 1", "let x = 1;", "f(1,", "let x = );", "x"] {
            assert_eq!(unfinished(code), None, "{code}");
        }
    }
}
