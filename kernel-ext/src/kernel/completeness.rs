//! Whether a console should run what was typed, or open another line.

use ra_ap_syntax::{Edition, SourceFile, SyntaxKind, SyntaxNode, TextSize};

/// What to do with a piece of input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// More is expected; the next line begins with these spaces.
    Incomplete {
        indent: String,
    },
    Invalid,
}

const BEFORE: &str = "fn cell() {";

/// Judges input as a cell: statements and items, or a command such as `:dep`.
pub fn completeness(code: &str) -> Completeness {
    let code = code.trim_end();
    if code.is_empty() || code.trim_start().starts_with(':') {
        return Completeness::Complete;
    }
    let source = format!("{BEFORE}\n{code}\n}}");
    let parse = SourceFile::parse(&source, Edition::Edition2024);
    let depth = open_brackets(&parse.syntax_node());
    let incomplete = || Completeness::Incomplete {
        indent: "    ".repeat(depth.max(0).unsigned_abs()),
    };
    let ends = TextSize::of(BEFORE) + TextSize::of("\n") + TextSize::of(code);
    let errors = parse.errors();
    // Within a string or comment the closing brackets are text, and spaces would become part of it.
    if is_unterminated(&parse.syntax_node()) {
        return Completeness::Incomplete {
            indent: String::new(),
        };
    }
    if depth < 0 {
        return Completeness::Invalid;
    }
    if depth > 0 {
        return incomplete();
    }
    match errors.iter().map(|error| error.range().start()).min() {
        None => Completeness::Complete,
        Some(first) if first >= ends || continues(code) => incomplete(),
        Some(_) => Completeness::Invalid,
    }
}

/// How many brackets the input leaves open; what surrounds it closes its own.
pub fn open_brackets(root: &SyntaxNode) -> isize {
    root.descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .map(|token| match token.kind() {
            SyntaxKind::L_CURLY | SyntaxKind::L_PAREN | SyntaxKind::L_BRACK => 1,
            SyntaxKind::R_CURLY | SyntaxKind::R_PAREN | SyntaxKind::R_BRACK => -1,
            _ => 0,
        })
        .sum()
}

/// A string or comment without an end swallows what surrounds the input.
pub fn is_unterminated(root: &SyntaxNode) -> bool {
    let last = root.last_token();
    last.is_some_and(|token| {
        matches!(
            token.kind(),
            SyntaxKind::STRING | SyntaxKind::COMMENT | SyntaxKind::BYTE_STRING
        ) || token.kind() == SyntaxKind::ERROR
    })
}

/// Whether the last thing written needs something to its right.
fn continues(code: &str) -> bool {
    const ASKING: [&str; 22] = [
        "=", "+", "-", "*", "/", "%", "&", "|", "^", "<", ",", ".", "::", "->", "=>", "(", "[",
        "{", "let", "else", "in", "mut",
    ];
    ASKING.iter().any(|ending| {
        code.strip_suffix(ending).is_some_and(|rest| {
            !ending.ends_with(char::is_alphabetic)
                || !rest.ends_with(|last: char| last.is_alphanumeric() || last == '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cells_are_complete() {
        for code in [
            "",
            "let x = 1;",
            "x + 1",
            "x",
            "fn f(a: i32) -> i32 {\n    a\n}",
            ":dep serde",
            "use eosin::prelude::*;",
            "let s = \"{ not open\";",
            "for i in 0..3 { println!(\"{i}\"); }",
            "struct P { x: f64 }\nimpl P { fn f(&self) {} }",
        ] {
            assert_eq!(completeness(code), Completeness::Complete, "{code:?}");
        }
    }

    #[test]
    fn unfinished_cells_ask_for_more_and_indent() {
        for (code, depth) in [
            ("fn f() {", 1),
            ("let x = vec![1,\n  2,", 1),
            ("for i in 0..3 {\n    if i > 1 {", 2),
            ("let x =", 0),
            ("let s = \"abc", 0),
            ("/* comment", 0),
            ("t.reshape((2, 3))?.", 0),
            ("let y = a +", 0),
        ] {
            match completeness(code) {
                Completeness::Incomplete { indent } => {
                    assert_eq!(indent.len(), 4 * depth, "{code:?}")
                }
                other => panic!("{code:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn nonsense_is_invalid() {
        for code in ["let x = );", "}", "fn 3() {}"] {
            assert_eq!(completeness(code), Completeness::Invalid, "{code:?}");
        }
    }
}
