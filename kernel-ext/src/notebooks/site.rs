//! `eosin notebooks site`: the workshop as a web site, to be read without a kernel.
//!
//! Sphinx makes the pages, with the theme of Jupyter Book: it knows notebooks, formulas, search and small screens. The folder that
//! comes out needs no network; live displays bring their own code.

use super::lesson::Lesson;
use super::outputs;
use super::page::page;
use crate::error::{At, Error, Result};
use crate::home::{Home, write_atomically};
use crate::python;
use crate::source::Source;
use crate::toolchain::last_line;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const REQUIREMENTS: &str = include_str!("../../python/site-requirements.txt");
const CONFIG: &str = include_str!("../../python/site_conf.py");
const STYLE: &str = include_str!("../../python/site.css");
/// Marks a folder as a site that may be replaced.
const MARK: &str = ".eosin-site";

/// Builds the workshop as a web site
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Where the site goes; a site that is there already is replaced
    folder: PathBuf,
    /// Run the lessons' solutions first, and show what their cells print and draw
    #[arg(long)]
    run: bool,
    /// Only these lessons, for example 04-convolution
    #[arg(long = "lesson", value_name = "NAME")]
    lessons: Vec<String>,
}

pub fn build(options: &Options, source: &Source, lessons: &[Lesson]) -> Result<()> {
    let folder = std::path::absolute(&options.folder).at(&options.folder)?;
    check_folder(&folder)?;
    let lessons = chosen(lessons, &options.lessons)?;
    let home = Home::from_environment()?;
    let sphinx = tools(&home)?;
    let parent = folder.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).at(parent)?;
    let work = tempfile::Builder::new()
        .prefix(".eosin-site-")
        .tempdir_in(parent)
        .at(parent)?;
    let book = work.path().join("book");
    for lesson in &lessons {
        let outputs = match options.run {
            true => outputs::of(lesson, source, &home)?,
            false => HashMap::new(),
        };
        let path = book.join(format!("{}.ipynb", lesson.name));
        let text = page(lesson, &outputs)
            .map_err(|reason| Error::step(path.display().to_string(), reason))?;
        write_atomically(&path, text.as_bytes())?;
    }
    for (name, text) in [
        ("index.md", front_page(&lessons)),
        ("conf.py", CONFIG.to_owned()),
        ("_static/eosin.css", STYLE.to_owned()),
    ] {
        write_atomically(&book.join(name), text.as_bytes())?;
    }
    let site = work.path().join("site");
    run_sphinx(&sphinx, &book, &site)?;
    write_atomically(&site.join(MARK), b"")?;
    // GitHub Pages would leave out folders whose names begin with an underscore.
    write_atomically(&site.join(".nojekyll"), b"")?;
    replace(&folder, &site, &work)?;
    println!("The site is in {}: open index.html.", folder.display());
    Ok(())
}

/// Refuses to replace what is no site.
fn check_folder(folder: &Path) -> Result<()> {
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(Error::io(folder, error)),
    };
    if is_empty || folder.join(MARK).exists() {
        return Ok(());
    }
    Err(Error::step(
        "building the site",
        format!(
            "{} has files in it that are not a site of Eosin; name an empty or new folder",
            folder.display()
        ),
    ))
}

fn chosen<'a>(lessons: &'a [Lesson], names: &[String]) -> Result<Vec<&'a Lesson>> {
    if names.is_empty() {
        return Ok(lessons.iter().collect());
    }
    let all = lessons.iter().map(|lesson| lesson.name.as_str());
    let all: Vec<&str> = all.collect();
    if let Some(name) = names.iter().find(|name| !all.contains(&name.as_str())) {
        return Err(Error::step(
            "building the site",
            format!("there is no lesson {name}, only {}", all.join(", ")),
        ));
    }
    let is_chosen = |lesson: &&Lesson| names.contains(&lesson.name);
    Ok(lessons.iter().filter(is_chosen).collect())
}

/// The first page lists the lessons with the time that their exercises take.
fn front_page(lessons: &[&Lesson]) -> String {
    let row = |lesson: &&Lesson| {
        let minutes: u32 = lesson.exercises().map(|exercise| exercise.minutes).sum();
        let count = lesson.exercises().count();
        format!(
            "| [{}]({}.ipynb) | {count} | {minutes} minutes |\n",
            lesson.title, lesson.name
        )
    };
    let rows: String = lessons.iter().map(row).collect();
    let names = lessons.iter().map(|lesson| format!("{}\n", lesson.name));
    let names: String = names.collect();
    format!(
        "# Deep learning on medical images, in Rust\n\nA workshop in notebooks, from the first tensor to nuclei that are counted \
         under the microscope. Here you can read it. To run the lessons and have your answers checked, set Eosin up on your own \
         machine.\n\n| lesson | exercises | they take about |\n| --- | ---: | ---: |\n{rows}\n```{{toctree}}\n:hidden:\n\n{names}```\n"
    )
}

/// The program of an environment with Sphinx.
fn tools(home: &Home) -> Result<PathBuf> {
    let prefix = home.cache.join("site-tools");
    let (program, mark) = (
        prefix.join("bin/sphinx-build"),
        prefix.join("requirements.txt"),
    );
    if fs::read_to_string(&mark).is_ok_and(|there| there == REQUIREMENTS) && program.exists() {
        return Ok(program);
    }
    println!("Installing Sphinx (once; about a minute) ...");
    python::make_environment(&prefix, Path::new("python3"))?;
    // The mark is written last, under another name: half an environment is made anew.
    let wanted = prefix.join("wanted.txt");
    write_atomically(&wanted, REQUIREMENTS.as_bytes())?;
    python::install(&prefix, &wanted, "installing Sphinx")?;
    write_atomically(&mark, REQUIREMENTS.as_bytes())?;
    Ok(program)
}

fn run_sphinx(program: &Path, book: &Path, site: &Path) -> Result<()> {
    println!("Building the pages ...");
    let output = Command::new(program)
        // A link to nowhere, a formula that cannot be read: an author has to know.
        .args([
            "-b",
            "html",
            "-q",
            "--fail-on-warning",
            "--keep-going",
            "--jobs",
            "auto",
        ])
        .args([book, site])
        .output()
        .at(program)?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    // What Sphinx has against the pages; the last lines say only that there was something.
    let complaints = told
        .lines()
        .filter(|line| line.contains("WARNING") || line.contains("rror:"));
    let complaints: Vec<&str> = complaints.collect();
    let reason = match complaints.is_empty() {
        true => last_line(&told),
        false => complaints.join("\n"),
    };
    Err(Error::step("Sphinx", reason))
}

/// Puts the new site in the place of the old one.
fn replace(folder: &Path, site: &Path, work: &TempDir) -> Result<()> {
    let old = work.path().join("old");
    let had_one = folder.exists();
    if had_one {
        fs::rename(folder, &old).at(folder)?;
    }
    let replaced = fs::rename(site, folder).at(folder);
    if had_one && replaced.is_err() {
        fs::rename(&old, folder).at(folder)?;
    }
    replaced
}
