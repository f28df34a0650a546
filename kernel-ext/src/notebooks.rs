//! `eosin notebooks`: one Markdown source a lesson becomes the notebook that learners open.
//!
//! In `notebooks/src/NN-name.md` fenced `rust` blocks are code cells; what stands between them is Markdown cells, one for
//! each heading. Cell ids are derived from position, so that the same source always gives the same file.

use crate::error::{At, Error, Result};
use crate::home::write_atomically;
use crate::source::Source;
use pulldown_cmark::{CodeBlockKind, Event, Options as Markdown, Parser, Tag, TagEnd};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum Action {
    /// Write notebooks/*.ipynb
    Build,
    /// Fail when a notebook differs from its source
    Check,
}

/// Builds or checks every lesson of the checkout; the result is the exit code.
pub fn run(options: &Options) -> Result<i32> {
    let folder = Source::find()?.notebooks();
    let mut differing = 0;
    for source in sources(&folder.join("src"))? {
        let text = fs::read_to_string(&source).at(&source)?;
        let notebook =
            notebook(&text).map_err(|reason| Error::step(source.display().to_string(), reason))?;
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let target = folder.join(format!("{name}.ipynb"));
        let same = fs::read_to_string(&target).is_ok_and(|there| there == notebook);
        match options.action {
            Action::Build if !same => {
                write_atomically(&target, notebook.as_bytes())?;
                println!("{}: written", target.display());
            }
            Action::Check if !same => {
                eprintln!(
                    "{}: differs from {}; run `cargo notebooks build`",
                    target.display(),
                    source.display()
                );
                differing += 1;
            }
            _ => {}
        }
    }
    Ok(if differing == 0 { 0 } else { 1 })
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut sources: Vec<PathBuf> = fs::read_dir(folder)
        .at(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    sources.sort();
    Ok(sources)
}

/// The notebook (nbformat 4.5, no outputs) of a lesson's source, or what is wrong with it.
fn notebook(text: &str) -> Result<String, String> {
    let mut cells = Vec::new();
    // Where the prose begins that is not in a cell yet.
    let mut prose = 0;
    let mut inside_code = false;
    for (event, range) in Parser::new_ext(text, Markdown::all()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if &*language == "rust" =>
            {
                push_prose(&mut cells, &text[prose..range.start]);
                let block = &text[range.clone()];
                let line = text[..range.start].lines().count() + 1;
                if !block.trim_end().ends_with("```")
                    || block.trim_end().len() < "```rust\n```".len()
                {
                    return Err(format!("line {line}: the code block has no end"));
                }
                let code: Vec<&str> = block.trim_end().lines().collect();
                push(&mut cells, "code", &code[1..code.len() - 1].join("\n"));
                prose = range.end;
                inside_code = true;
            }
            Event::End(TagEnd::CodeBlock) => inside_code = false,
            Event::Start(Tag::Heading { .. }) if !inside_code => {
                push_prose(&mut cells, &text[prose..range.start]);
                prose = range.start;
            }
            _ => {}
        }
    }
    push_prose(&mut cells, &text[prose..]);
    let notebook = json!({
        "cells": cells,
        "metadata": {
            "kernelspec": { "display_name": "Rust (Eosin)", "language": "rust", "name": "eosin" },
            "language_info": { "file_extension": ".rs", "mimetype": "text/x-rust", "name": "rust" },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    serde_json::to_string_pretty(&notebook)
        .map(|text| text + "\n")
        .map_err(|error| error.to_string())
}

fn push_prose(cells: &mut Vec<Value>, text: &str) {
    if !text.trim().is_empty() {
        push(cells, "markdown", text.trim());
    }
}

fn push(cells: &mut Vec<Value>, kind: &str, text: &str) {
    let mut cell = json!({
        "cell_type": kind,
        "id": format!("cell-{:03}", cells.len() + 1),
        "metadata": {},
        "source": text.split_inclusive('\n').collect::<Vec<_>>(),
    });
    if kind == "code" {
        cell["execution_count"] = Value::Null;
        cell["outputs"] = json!([]);
    }
    cells.push(cell);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_and_code_become_cells_in_order() {
        let text = "# One\n\nA *word*, and `code`.\n\n```rust\nlet a = 1;\n\n# not a heading\n```\n\n## Two\nmore\n\n```\nplain\n```\n";
        let notebook: Value = serde_json::from_str(&notebook(text).unwrap()).unwrap();
        let cells: Vec<(&str, String)> = notebook["cells"]
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| {
                let lines = cell["source"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(Value::as_str);
                (cell["cell_type"].as_str().unwrap(), lines.collect())
            })
            .collect();
        assert_eq!(
            cells,
            [
                ("markdown", "# One\n\nA *word*, and `code`.".to_owned()),
                ("code", "let a = 1;\n\n# not a heading".to_owned()),
                ("markdown", "## Two\nmore\n\n```\nplain\n```".to_owned()),
            ]
        );
    }

    #[test]
    fn a_code_block_without_end_is_named_with_its_line() {
        assert_eq!(
            notebook("text\n\n```rust\nlet a = 1;\n").unwrap_err(),
            "line 3: the code block has no end"
        );
    }
}
