//! Whether the code of a cell can be Rust at all; rustc finds the rest when the lessons run.

use super::mistake::Mistake;
use ra_ap_syntax::{Edition, SourceFile};

const BEFORE: &str = "fn cell() {\n";

/// The mistakes in a cell whose first line is `line` of the source.
pub fn mistakes(code: &str, line: usize) -> Vec<Mistake> {
    let is_command = |line: &str| line.trim_start().starts_with(':');
    // The kernel's commands, such as `:dep`, are not Rust; the other lines keep their numbers.
    let rust: Vec<&str> = code
        .lines()
        .map(|line| if is_command(line) { "" } else { line })
        .collect();
    let file = format!("{BEFORE}{}\n}}", rust.join("\n"));
    let parse = SourceFile::parse(&file, Edition::Edition2024);
    let errors = parse.errors();
    let first = errors.iter().min_by_key(|error| error.range().start());
    // Later errors follow from the first.
    first
        .map(|error| {
            let start = usize::from(error.range().start());
            let before = file[..start.min(file.len())].matches('\n').count();
            let within = before.saturating_sub(1).min(rust.len().saturating_sub(1));
            Mistake::new(line + within, format!("this is not Rust: {error}"))
        })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_named_with_its_line() {
        assert!(mistakes(":dep rand = \"1\"\nlet a = f(1)?;\na + 1", 10).is_empty());
        let found = mistakes("let a = 1;\nlet b = (2;\nlet c = 3;", 10);
        assert_eq!(found[0].line, 11, "{found:?}");
    }
}
