//! Building and checking the notebooks of a checkout, and beginning a new one.

use super::course;
use super::lesson::{Lesson, Part};
use super::manifest::manifest;
use super::markdown;
use super::new;
use super::notebook::{Edition, notebook};
use super::site;
use crate::error::{At, Error, Result};
use crate::home::write_atomically;
use crate::source::Source;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum Action {
    /// Write notebooks/*.ipynb, notebooks/solutions/*.ipynb and what the crate knows of the exercises
    Build {
        /// Also write a course for nbgrader into this folder: source/*/*.ipynb and its settings
        #[arg(long, value_name = "FOLDER")]
        nbgrader: Option<PathBuf>,
    },
    /// Fail when one of these files differs from the sources
    Check,
    /// Write the source of a new lesson with an exercise and a question
    New {
        /// Number and words, as in 04-convolution
        name: String,
    },
    Site(site::Options),
}

/// Does what the options ask for in the checkout; the result is the exit code.
pub fn run(options: &Options) -> Result<i32> {
    let source = Source::find()?;
    let folder = source.notebooks().join("src");
    match &options.action {
        Action::New { name } => {
            let path = new::create(&folder, name)?;
            println!(
                "{}: written. Make a lesson of it, then run `cargo notebooks build`.",
                path.display()
            );
            Ok(0)
        }
        Action::Build { nbgrader } => build(&source, &folder, nbgrader.as_deref(), true),
        Action::Check => build(&source, &folder, None, false),
        Action::Site(options) => {
            let (lessons, mistakes) = read(&folder)?;
            if !told(&mistakes) {
                return Ok(1);
            }
            site::build(options, &source, &lessons).map(|()| 0)
        }
    }
}

/// Prints the mistakes; whether there are none.
fn told(mistakes: &[String]) -> bool {
    for mistake in mistakes {
        eprintln!("{mistake}");
    }
    mistakes.is_empty()
}

/// Builds every lesson, and writes what has changed or only reports it.
fn build(source: &Source, folder: &Path, course: Option<&Path>, writes: bool) -> Result<i32> {
    let (lessons, mistakes) = read(folder)?;
    if !told(&mistakes) {
        return Ok(1);
    }
    let mut files = files(source, &lessons)?;
    if let Some(folder) = course {
        files.extend(course::files(folder, &lessons)?);
    }
    let mut differing = 0;
    for (path, text) in files {
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        if writes {
            write_atomically(&path, text.as_bytes())?;
            println!("{}: written", path.display());
        } else {
            eprintln!(
                "{}: differs from the lessons' sources; run `cargo notebooks build`",
                path.display()
            );
            differing += 1;
        }
    }
    Ok(if differing == 0 { 0 } else { 1 })
}

/// All lessons of a folder, and their mistakes as `file:line: message`.
fn read(folder: &Path) -> Result<(Vec<Lesson>, Vec<String>)> {
    let (mut lessons, mut mistakes) = (Vec::new(), Vec::new());
    let mut places: HashMap<String, String> = HashMap::new();
    for path in sources(folder)? {
        let text = fs::read_to_string(&path).at(&path)?;
        let place = |line: usize| format!("{}:{line}", path.display());
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let lesson = match markdown::read(&name, &text) {
            Ok(lesson) => lesson,
            Err(found) => {
                let told = found
                    .iter()
                    .map(|mistake| format!("{}: {}", place(mistake.line), mistake.message));
                mistakes.extend(told);
                continue;
            }
        };
        for part in &lesson.parts {
            let Part::Exercise { exercise, line } = part else {
                continue;
            };
            let here = place(*line);
            if let Some(there) = places.insert(exercise.id.clone(), here.clone()) {
                mistakes.push(format!(
                    "{here}: {there} uses the id `{}`, too",
                    exercise.id
                ));
            }
        }
        lessons.push(lesson);
    }
    Ok((lessons, mistakes))
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

/// What is built, with its text.
fn files(source: &Source, lessons: &[Lesson]) -> Result<Vec<(PathBuf, String)>> {
    let folder = source.notebooks();
    let failed = |what: &Path, reason: String| Error::step(what.display().to_string(), reason);
    let mut files = Vec::new();
    for lesson in lessons {
        for (edition, folder) in [
            (Edition::Student, folder.clone()),
            (Edition::Solution, folder.join("solutions")),
        ] {
            let path = folder.join(format!("{}.ipynb", lesson.name));
            let text = notebook(lesson, edition).map_err(|reason| failed(&path, reason))?;
            files.push((path, text));
        }
    }
    let path = source.exercises();
    let text = manifest(lessons).map_err(|reason| failed(&path, reason))?;
    files.push((path, text));
    Ok(files)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// What `build` makes of the lessons of a folder in which there is no mistake.
    pub fn built(folder: &Path) -> (Vec<Lesson>, Vec<(PathBuf, String)>) {
        let (lessons, mistakes) = read(folder).unwrap();
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let source = Source {
            folder: "/c".into(),
        };
        let files = files(&source, &lessons).unwrap();
        (lessons, files)
    }

    const EXERCISE: &str = "# One\n\n## Exercise: A\n\n```toml exercise\nid = \"a.b\"\nminutes = 1\ndifficulty = \"easy\"\n\
        hints = [\"h\"]\nwhy = \"w\"\nrule = \"r\"\nanswer = { value = 1 }\nwrong.x = { answer = { value = 2 }, message = \"m\" }\n```\n\n\
        ```rust starter\nlet a: i32 = todo!();\n```\n\n```rust solution\nlet a = 1;\n```\n\n\
        ```rust check\ncheck(\"a.b\", a)\n```\n\n```rust wrong x\nlet a = 2;\n```\n";

    #[test]
    fn an_id_that_two_lessons_use_is_named_with_both_places() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["01-one.md", "02-two.md"] {
            fs::write(folder.path().join(name), EXERCISE).unwrap();
        }
        let (lessons, mistakes) = read(folder.path()).unwrap();
        assert_eq!(lessons.len(), 2);
        assert_eq!(mistakes.len(), 1);
        assert!(
            mistakes[0].contains("02-two.md:6: ")
                && mistakes[0].ends_with("01-one.md:6 uses the id `a.b`, too"),
            "{mistakes:?}"
        );
    }

    #[test]
    fn a_lesson_gives_two_notebooks_and_its_exercises() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("01-one.md"), EXERCISE).unwrap();
        let (_, files) = built(folder.path());
        let paths: Vec<&str> = files
            .iter()
            .map(|(path, _)| path.to_str().unwrap())
            .collect();
        assert_eq!(
            paths,
            [
                "/c/notebooks/01-one.ipynb",
                "/c/notebooks/solutions/01-one.ipynb",
                "/c/src/exercise/lessons.json"
            ]
        );
        let manifest: serde_json::Value = serde_json::from_str(&files[2].1).unwrap();
        let exercise = &manifest[0]["exercises"][0];
        assert_eq!(exercise["answer"], serde_json::json!({ "value": 1 }));
        assert_eq!(exercise["wrong"][0]["code"], "let a = 2;");
    }
}
