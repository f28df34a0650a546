//! Errors as learners can read them: their own line, marked, and no frame of code that they did not write.

use super::cell::Ending;
use super::explanation::explain;
use super::extended::Extended;
use super::moved::Moved;
use super::other_cells::of_another_cell;
use super::output::Failure;
use super::unfinished::Unfinished;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use evcxr::CompilationError;

/// How the message of a panic by `todo!()` begins.
const TODO: &str = "not yet implemented";
const RED: &str = "\u{1b}[1;31m";
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

impl Failure {
    /// The compiler refused the cell.
    pub fn from_compiler(
        code: &str,
        cell: &Extended,
        errors: &[CompilationError],
        moved: &Moved,
    ) -> Self {
        let mut meanings = Vec::new();
        let reports: Vec<String> = (errors.iter())
            .map(|error| {
                // One explanation is enough.
                let meaning = of_another_cell(error)
                    .or_else(|| explain(error, moved))
                    .filter(|meaning| !meanings.contains(meaning));
                meanings.extend(meaning.clone());
                report(code, cell, error, meaning.as_deref())
            })
            .collect();
        let traceback = lines(&reports.join("\n\n")).collect();
        let message = errors.first().map_or_else(
            || "the cell does not compile".to_owned(),
            |error| in_the_cell(&error.message()),
        );
        Failure {
            name: "CompileError".to_owned(),
            message,
            traceback,
        }
    }

    /// The cell ends in the middle of something.
    pub fn unfinished(code: &str, unfinished: &Unfinished) -> Self {
        let place = AnnotationKind::Primary.span(unfinished.place.clone());
        let report = Group::with_title(Level::ERROR.primary_title(unfinished.message))
            .element(
                Snippet::source(code)
                    .fold(true)
                    .annotation(place.label("the rest is missing")),
            )
            .element(
                Level::HELP
                    .with_name("in short")
                    .message(&unfinished.advice),
            );
        Failure {
            name: "CompileError".to_owned(),
            message: unfinished.message.to_owned(),
            traceback: lines(&Renderer::styled().render(&[report])).collect(),
        }
    }

    /// The cell compiled, ran, and ended by a panic or an error.
    pub fn from_ending(code: &str, compiled: &str, ending: &Ending) -> Option<Self> {
        let (name, cause) = if ending.panicked {
            ("Panic", &ending.panic)
        } else if ending.failed {
            ("Error", &ending.error)
        } else {
            return None;
        };
        let (message, line) = cause
            .clone()
            .unwrap_or_else(|| ("the cell ended with an error".to_owned(), None));
        if ending.panicked && message.starts_with(TODO) {
            return Some(Failure::still_to_write());
        }
        let mut traceback = vec![format!("{RED}{name}{PLAIN}: {message}")];
        if let Some(line) = line.and_then(|line| learners_line(code, compiled, line)) {
            traceback.push(String::new());
            traceback.extend(excerpt(code, line));
        }
        Some(Failure {
            name: name.to_owned(),
            message,
            traceback,
        })
    }

    /// The cell reached a `todo!()`, which is not a mistake.
    fn still_to_write() -> Self {
        let message =
            "You have not written this step yet: put your code in place of `todo!()`.".to_owned();
        Failure {
            name: "NotWritten".to_owned(),
            traceback: vec![message.clone()],
            message,
        }
    }

    /// A failure that a sentence or two explain.
    pub fn told(name: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let traceback = lines(&format!("{RED}{name}{PLAIN}: {message}")).collect();
        Failure {
            name: name.to_owned(),
            message,
            traceback,
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(str::to_owned)
}

/// What rustc says, drawn on the learner's own source.
fn report(code: &str, cell: &Extended, error: &CompilationError, meaning: Option<&str>) -> String {
    let place = |line, column| Some(cell.original(offset_of(&cell.code, line, column)?));
    let mut snippet = Snippet::source(code).fold(true);
    let mut marked = false;
    for message in error.spanned_messages() {
        let range = message.span.and_then(|span| {
            let start = place(span.start_line, span.start_column)?;
            let end = place(span.end_line, span.end_column)?;
            (start <= end).then_some(start..end)
        });
        if let Some(range) = range {
            let kind = if message.is_primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let annotation = kind.span(range);
            snippet = snippet.annotation(if message.label.is_empty() {
                annotation
            } else {
                annotation.label(in_the_cell(&message.label))
            });
            marked = true;
        }
    }
    let message = in_the_cell(&error.message());
    let mut title = Level::ERROR.primary_title(&message);
    if let Some(code) = error.code() {
        title = title.id(code);
    }
    let helps = helps(error);
    let mut group = Group::with_title(title);
    if marked {
        group = group.element(snippet);
    }
    for help in &helps {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    if let Some(meaning) = meaning {
        group = group.element(Level::HELP.with_name("in short").message(meaning));
    }
    Renderer::styled().render(&[group])
}

/// What evcxr writes below the cell, in the learner's words.
fn in_the_cell(message: &str) -> String {
    ["<end of input>", "`evcxr_variable_store`"]
        .iter()
        .fold(message.to_owned(), |message, below| {
            message.replace(below, "the end of the cell")
        })
}

fn helps(error: &CompilationError) -> Vec<String> {
    let told = error.json["children"].as_array().into_iter().flatten();
    let mut helps: Vec<String> = told
        .filter(|child| child["level"] == "help")
        .filter_map(help)
        .filter(|help| !help.contains("evcxr"))
        .collect();
    if matches!(error.code(), Some("E0384" | "E0596")) {
        helps.push("an existing variable is made mutable by `let mut x = x;`".to_owned());
    }
    helps
}

/// A help in one line, with what it tells the learner to write if that is one piece; one of several pieces means nothing.
fn help(child: &serde_json::Value) -> Option<String> {
    let message = child["message"].as_str()?;
    let spans = child["spans"].as_array().map(Vec::as_slice);
    let pieces = spans.unwrap_or_default().iter();
    let pieces: Vec<&str> = pieces
        .filter_map(|span| span["suggested_replacement"].as_str())
        .map(str::trim)
        .collect();
    Some(match pieces[..] {
        [piece] if !piece.is_empty() && !piece.contains('\n') => format!("{message}: `{piece}`"),
        _ => message.to_owned(),
    })
}

/// The byte at `line` and `column`, both counted from 1, columns in characters; past the end of a line is its end.
fn offset_of(code: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = code
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let line = code.get(start..)?.lines().next().unwrap_or("");
    let within = line
        .char_indices()
        .nth(column.checked_sub(1)?)
        .map_or(line.len(), |(offset, _)| offset);
    Some(start + within)
}

/// The line (from 1) of the cell that is line `compiled_line` (from 1) of what evcxr made of it.
///
/// evcxr copies the statements of a cell in order, between lines of its own: the n-th of several equal lines there is the
/// n-th here.
fn learners_line(code: &str, compiled: &str, compiled_line: usize) -> Option<usize> {
    let compiled: Vec<&str> = compiled.lines().map(str::trim).collect();
    let wanted = *compiled.get(compiled_line.checked_sub(1)?)?;
    if wanted.is_empty() {
        return None;
    }
    let before = compiled[..compiled_line - 1]
        .iter()
        .filter(|line| **line == wanted)
        .count();
    let equal: Vec<usize> = code
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim() == wanted)
        .map(|(index, _)| index + 1)
        .collect();
    equal.get(before).or(equal.last()).copied().or_else(|| {
        // A last expression, or one of several statements on a line, is a part of another line there.
        code.lines()
            .position(|line| {
                let line = line.trim();
                !line.is_empty() && (wanted.contains(line) || line.contains(wanted))
            })
            .map(|index| index + 1)
    })
}

/// The marked line with its neighbours.
fn excerpt(code: &str, line: usize) -> Vec<String> {
    let width = (line + 1).to_string().len();
    code.lines()
        .enumerate()
        .map(|(index, text)| (index + 1, text))
        .filter(|(number, _)| number.abs_diff(line) <= 1)
        .map(|(number, text)| {
            if number == line {
                format!("{RED}-->{PLAIN} {BOLD}{number:>width$}{PLAIN} | {text}")
            } else {
                format!("    {DIM}{number:>width$} | {text}{PLAIN}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learners_line_is_found_among_generated_ones_and_twins() {
        let code = "let a = f()?;\n\nlet b = g()?;\nlet a = f()?;";
        let compiled = "mod runtime {\n}\nlet a = f()?;\nlet b = g()?;\nlet a = f()?;\nOk(())";
        assert_eq!(learners_line(code, compiled, 3), Some(1));
        assert_eq!(learners_line(code, compiled, 4), Some(3));
        assert_eq!(learners_line(code, compiled, 5), Some(4));
        assert_eq!(learners_line(code, compiled, 1), None);
        assert_eq!(
            learners_line("a.matmul(&b)?", "(a.matmul(&b)?).evcxr_display();", 1),
            Some(1)
        );
    }

    #[test]
    fn offsets_count_characters_not_bytes() {
        let code = "let größe = 1;\nlet é = größe;\n";
        assert_eq!(
            offset_of(code, 2, 9).map(|at| &code[at..at + 2]),
            Some("gr")
        );
        assert_eq!(offset_of(code, 1, 99), Some("let größe = 1;".len()));
    }
}
