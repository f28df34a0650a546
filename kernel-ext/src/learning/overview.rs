//! Where a class sticks: a notebook page of tables, from the files of those learners who handed one in. It names nobody.

use super::export::in_table;
use super::records::Records;
use super::row::{Row, State, rows};
use super::unreadable;
use crate::error::{At, Error, Result};
use crate::notebooks::notebook::{kernelspec, text};
use crate::notebooks::schema::{Exercise, Lesson};
use nbformat::v4::{Cell, CellId, CellMetadata, Metadata, Notebook};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// How many exercises the first table has.
const WORST: usize = 10;
/// How wide a bar is.
const BAR: usize = 10;

/// What a JSON file of a learner can be.
#[derive(Deserialize)]
#[serde(untagged)]
enum Handed {
    Exported(Vec<Row>),
    /// The progress file itself.
    Kept(Records),
}

/// The rows of each learner.
pub fn read(folder: &Path, lessons: &[Lesson]) -> Result<Vec<Vec<Row>>> {
    let mut paths: Vec<PathBuf> = (fs::read_dir(folder).at(folder)?.flatten())
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut class = Vec::new();
    for path in paths {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let text = || fs::read(&path).at(&path);
        class.push(match extension.to_str() {
            Some("json") => match serde_json::from_slice(&text()?) {
                Ok(Handed::Exported(rows)) => rows,
                Ok(Handed::Kept(records)) => rows(lessons, &records),
                Err(_) => {
                    let reason =
                        "it is neither a progress file nor what `eosin progress --export` writes";
                    return Err(unreadable(&path, &reason));
                }
            },
            Some("csv") => {
                let text = text()?;
                let mut table = csv::Reader::from_reader(text.as_slice());
                let rows = table.deserialize().collect::<Result<Vec<Row>, _>>();
                rows.map_err(|error| unreadable(&path, &error))?
            }
            _ => continue,
        });
    }
    if class.is_empty() {
        let reason = "there is no .json or .csv file in it";
        return Err(unreadable(folder, &reason));
    }
    Ok(class)
}

/// What a class did in one exercise.
struct Sum<'a> {
    exercise: &'a Exercise,
    learners: usize,
    begun: usize,
    solved: usize,
    with_hints: usize,
    with_solution: usize,
    /// Of those who have begun.
    tries: f64,
    minutes: f64,
}

impl<'a> Sum<'a> {
    fn of(exercise: &'a Exercise, class: &[Vec<Row>]) -> Self {
        let found = class
            .iter()
            .filter_map(|rows| rows.iter().find(|row| row.id == exercise.id));
        let begun: Vec<&Row> = found.filter(|row| row.is_begun()).collect();
        let count =
            |is_counted: fn(&Row) -> bool| begun.iter().filter(|row| is_counted(row)).count();
        Sum {
            exercise,
            learners: class.len(),
            begun: begun.len(),
            solved: count(|row| row.state == State::Solved),
            with_hints: count(|row| row.hints > 0),
            with_solution: count(|row| row.solution > 0),
            tries: median(begun.iter().map(|row| row.tries as f64).collect()),
            // Files of earlier versions hold no time.
            minutes: median(
                (begun.iter().map(|row| row.minutes))
                    .filter(|minutes| *minutes > 0.0)
                    .collect(),
            ),
        }
    }

    /// Those who began but did not get there come first, then those who gave in, then the many tries.
    fn trouble(&self) -> (usize, usize, f64) {
        (self.begun - self.solved, self.with_solution, self.tries)
    }

    fn line(&self) -> String {
        let full = (BAR * self.solved + self.learners / 2) / self.learners;
        format!(
            "| {} | {}{} {} of {} | {} | {} | {} | {} | {:.1} | {} |\n",
            in_table(&self.exercise.title),
            "█".repeat(full),
            "░".repeat(BAR - full),
            self.solved,
            self.learners,
            self.begun - self.solved,
            self.tries,
            self.with_hints,
            self.with_solution,
            self.minutes,
            self.exercise.minutes
        )
    }
}

fn sums<'a>(lesson: &'a Lesson, class: &[Vec<Row>]) -> Vec<Sum<'a>> {
    let sums = lesson
        .exercises
        .iter()
        .map(|exercise| Sum::of(exercise, class));
    sums.collect()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        length if length % 2 == 1 => numbers[middle],
        _ => (numbers[middle - 1] + numbers[middle]) / 2.0,
    }
}

/// The page.
pub fn notebook(class: &[Vec<Row>], lessons: &[Lesson]) -> Result<String> {
    let mut worst: Vec<Sum> = lessons
        .iter()
        .flat_map(|lesson| sums(lesson, class))
        .collect();
    worst.retain(|sum| sum.trouble() > (0, 0, 1.0));
    worst.sort_by(|one, other| {
        let (one, other) = (one.trouble(), other.trouble());
        (other.0, other.1)
            .cmp(&(one.0, one.1))
            .then(other.2.total_cmp(&one.2))
    });
    worst.truncate(WORST);
    let mut pages = vec![format!(
        "# Where learners stick\n\nFrom {} files that learners handed in. *Stuck* have begun and not yet solved an exercise; tries and \
         minutes are medians of those who have begun, up to the first right answer; *planned* are the minutes that the lesson \
         states. Time is counted from one check, hint or solution to the next, without breaks of more than 20 minutes.\n\n{}",
        class.len(),
        table(&worst)
    )];
    for lesson in lessons {
        pages.push(format!(
            "## {}\n\n{}",
            lesson.title,
            table(&sums(lesson, class))
        ));
    }
    let cells = pages.iter().enumerate().map(|(index, text)| {
        Ok(Cell::Markdown {
            id: CellId::new(&format!("overview-{index}"))?,
            metadata: CellMetadata::default(),
            source: text.split_inclusive('\n').map(str::to_owned).collect(),
            attachments: None,
        })
    });
    let failed = |reason: String| Error::step("writing the overview", reason);
    let notebook = Notebook {
        metadata: Metadata {
            kernelspec: Some(kernelspec()),
            ..Metadata::default()
        },
        nbformat: 4,
        nbformat_minor: 5,
        cells: cells
            .collect::<Result<_, &str>>()
            .map_err(|reason| failed(reason.to_owned()))?,
    };
    text(notebook).map_err(failed)
}

fn table(sums: &[Sum]) -> String {
    let lines: String = sums.iter().map(Sum::line).collect();
    format!(
        "| exercise | solved | stuck | tries | with hints | saw the solution | minutes | planned |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n{lines}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn lessons() -> Vec<Lesson> {
        let exercise = |id: &str| {
            json!({
                "id": id, "title": format!("Title {id}"), "minutes": 4, "difficulty": "easy",
                "hints": ["h", "h"], "solution": "", "why": "", "rule": "", "inputs": [], "options": [],
                "parts": [], "answer": {}, "starter": "", "check": "", "wrong": [],
            })
        };
        let exercises = json!([exercise("a.x"), exercise("a.y"), exercise("a.z")]);
        serde_json::from_value(
            json!([{ "name": "01-a", "title": "First", "exercises": exercises }]),
        )
        .unwrap()
    }

    #[test]
    fn a_class_is_read_in_every_format_and_its_worst_exercise_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let old =
            r#"{"a.x": {"attempts": 1, "solved": true, "hints": 0, "solution": 0, "touched": 5}}"#;
        write("old.json", old);
        let records: Records = serde_json::from_value(json!({
            "a.x": { "attempts": 2, "solved": true, "seconds": 120 },
            "a.y": { "attempts": 5, "solved": false, "hints": 9, "solution": 1, "seconds": 630 },
        }))
        .unwrap();
        let own = rows(&lessons(), &records);
        for (name, format) in [
            ("one.csv", super::super::export::Format::Csv),
            ("two.JSON", super::super::export::Format::Json),
        ] {
            write(name, &format.text(&own).unwrap());
        }
        write("notes.txt", "no learner");
        let class = read(folder.path(), &lessons()).unwrap();
        let page: Value = serde_json::from_str(&notebook(&class, &lessons()).unwrap()).unwrap();
        let first = page["cells"][0]["source"].as_array().unwrap();
        let lines: Vec<&str> = first.iter().filter_map(Value::as_str).collect();
        let rows: Vec<&&str> = lines
            .iter()
            .filter(|line| line.starts_with("| Title"))
            .collect();
        assert_eq!(
            rows,
            [
                &"| Title a.y | ░░░░░░░░░░ 0 of 3 | 2 | 5 | 2 | 2 | 10.5 | 4 |\n",
                &"| Title a.x | ██████████ 3 of 3 | 0 | 2 | 0 | 0 | 2.0 | 4 |\n",
            ]
        );
        assert!(page["cells"][1]["source"].to_string().contains("Title a.z"));
    }

    #[test]
    fn a_file_that_is_something_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let told = || read(folder.path(), &lessons()).unwrap_err().to_string();
        assert!(told().contains("no .json or .csv"), "{}", told());
        fs::write(folder.path().join("mine.json"), "[1, 2]").unwrap();
        assert!(
            told().contains("mine.json") && told().contains("--export"),
            "{}",
            told()
        );
    }
}
