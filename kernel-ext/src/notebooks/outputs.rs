//! What the cells of a lesson print and draw, by running its solutions in the real kernel.

use super::lesson::Lesson;
use super::notebook::{Edition, notebook};
use crate::error::{At, Error, Result};
use crate::home::{Home, write_atomically};
use crate::python::Python;
use crate::source::{Source, hex};
use crate::toolchain::last_line;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The outputs of each cell, by its id. They are kept until the lesson or the crate changes.
pub fn of(lesson: &Lesson, source: &Source, home: &Home) -> Result<HashMap<String, Json>> {
    let failed = |reason: String| Error::step(format!("running {}", lesson.name), reason);
    let text = notebook(lesson, Edition::Solution).map_err(failed)?;
    let key = hex(&Sha256::digest(format!("{}\0{text}", source.hash()?)));
    let kept = home.cache.join("site-outputs").join(format!("{key}.ipynb"));
    if !kept.exists() {
        println!("Running {} ...", lesson.name);
        let python = Python::locate(home).ok_or(Error::NotSetUp)?;
        let ran = execute(&text, &python).map_err(|error| failed(error.to_string()))?;
        write_atomically(&kept, &ran)?;
    }
    let ran = fs::read(&kept).at(&kept)?;
    let ran: Json = serde_json::from_slice(&ran).map_err(|error| failed(error.to_string()))?;
    let cells = ran["cells"].as_array().into_iter().flatten();
    let with_outputs = cells.filter(|cell| cell["outputs"].is_array());
    let by_id = with_outputs
        .filter_map(|cell| Some((cell["id"].as_str()?.to_owned(), cell["outputs"].clone())));
    Ok(by_id.collect())
}

/// The notebook with outputs.
fn execute(text: &str, python: &Python) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().at(Path::new("a temporary folder"))?;
    let notebook = folder.path().join("lesson.ipynb");
    fs::write(&notebook, text).at(&notebook)?;
    let interpreter = python.interpreter();
    let output = Command::new(&interpreter)
        .args([
            "-m",
            "nbconvert",
            "--to",
            "notebook",
            "--execute",
            "--inplace",
        ])
        .arg("--ExecutePreprocessor.timeout=-1")
        .arg(&notebook)
        // Nobody's progress.
        .env("EOSIN_PROGRESS", folder.path().join("progress.json"))
        .output()
        .at(&interpreter)?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(Error::step("nbconvert", last_line(&told)));
    }
    fs::read(&notebook).at(&notebook)
}
