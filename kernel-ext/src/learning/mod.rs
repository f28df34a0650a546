//! `eosin progress`: what a learner has done in the exercises, as a file to hand in, and what a class has, as a notebook page.
//! Nothing of it uses the network.

mod export;
mod overview;
// The crate `eosin` writes the file; this package does not depend on it.
#[path = "../../../src/exercise/records.rs"]
mod records;
mod row;

use crate::error::{At, Error, Result};
use crate::home::write_atomically;
use crate::notebooks::schema::Lesson;
use crate::source::Source;
use export::Format;
use records::{FILE_VARIABLE, Records};
use row::rows;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Shows what you have done in the exercises
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Write it into this file instead, by whose name it is Markdown, CSV or JSON (.md, .csv, .json)
    #[arg(long, value_name = "FILE", conflicts_with = "overview")]
    export: Option<PathBuf>,
    /// Show where a class sticks, from a folder of files that learners have exported as JSON or CSV
    #[arg(long, value_name = "FOLDER", requires = "to")]
    overview: Option<PathBuf>,
    /// The notebook for the overview
    #[arg(long, value_name = "FILE.ipynb", requires = "overview")]
    to: Option<PathBuf>,
}

/// Does what the options ask for; the result is the exit code.
pub fn run(options: &Options) -> Result<i32> {
    let lessons = lessons()?;
    if let (Some(folder), Some(to)) = (&options.overview, &options.to) {
        let class = overview::read(folder, &lessons)?;
        write_atomically(to, overview::notebook(&class, &lessons)?.as_bytes())?;
        println!("{}: written, from {} files.", to.display(), class.len());
        return Ok(0);
    }
    let format = match &options.export {
        Some(path) => Format::of(path)?,
        None => Format::Markdown,
    };
    let text = format.text(&rows(&lessons, &own_records()?))?;
    match &options.export {
        Some(path) => {
            write_atomically(path, text.as_bytes())?;
            println!("{}: written.", path.display());
        }
        None => print!("{text}"),
    }
    Ok(0)
}

fn lessons() -> Result<Vec<Lesson>> {
    let path = Source::find()?.exercises();
    let text = fs::read(&path).at(&path)?;
    serde_json::from_slice(&text).map_err(|error| unreadable(&path, &error))
}

/// The records of whoever runs this program.
fn own_records() -> Result<Records> {
    let named = std::env::var_os(FILE_VARIABLE).filter(|file| !file.is_empty());
    let usual = || Some(dirs::data_dir()?.join("eosin").join("progress.json"));
    let path = (named.map(PathBuf::from).or_else(usual))
        .ok_or_else(|| Error::missing("your data folder", format!("set {FILE_VARIABLE}")))?;
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| unreadable(&path, &error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Records::new()),
        Err(error) => Err(Error::io(&path, error)),
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::step(format!("reading {}", path.display()), error.to_string())
}
