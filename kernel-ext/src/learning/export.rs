//! A learner's rows as a file.

use super::row::{Row, State};
use crate::error::{Error, Result};
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Csv,
    Json,
}

impl Format {
    /// By the file's name.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("md") => Ok(Format::Markdown),
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            _ => Err(Error::step(
                format!("writing {}", path.display()),
                "its name must end with .md, .csv or .json",
            )),
        }
    }

    pub fn text(self, rows: &[Row]) -> Result<String> {
        let failed = |reason: String| Error::step("writing your progress", reason);
        match self {
            Format::Markdown => Ok(markdown(rows)),
            Format::Json => serde_json::to_string_pretty(rows)
                .map(|text| text + "\n")
                .map_err(|error| failed(error.to_string())),
            Format::Csv => {
                let mut table = csv::Writer::from_writer(Vec::new());
                for row in rows {
                    (table.serialize(row)).map_err(|error| failed(error.to_string()))?;
                }
                let text = table.into_inner();
                let text = text.map_err(|error| failed(error.to_string()))?;
                String::from_utf8(text).map_err(|error| failed(error.to_string()))
            }
        }
    }
}

fn markdown(rows: &[Row]) -> String {
    let solved = rows.iter().filter(|row| row.state == State::Solved).count();
    let minutes: f64 = rows.iter().map(|row| row.minutes).sum();
    let mut text = format!(
        "# My progress\n\n{solved} of {} exercises solved, in {minutes:.0} minutes.\n",
        rows.len()
    );
    for lesson in rows.chunk_by(|one, next| one.lesson == next.lesson) {
        text += &format!(
            "\n## {}\n\n| exercise | state | tries | hints | solution seen | minutes |\n| --- | --- | ---: | ---: | --- | ---: |\n",
            lesson[0].lesson
        );
        for row in lesson {
            text += &format!(
                "| {} | {} | {} | {} | {} | {:.1} |\n",
                in_table(&row.exercise),
                row.state.word(),
                row.tries,
                row.hints,
                if row.solution > 0 { "yes" } else { "no" },
                row.minutes
            );
        }
    }
    text
}

/// Text in a cell of a Markdown table.
pub fn in_table(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        vec![Row {
            lesson: "Sums".to_owned(),
            exercise: "One, or \"two\" | three".to_owned(),
            id: "sums.one".to_owned(),
            state: State::Tried,
            tries: 3,
            hints: 1,
            solution: 0,
            minutes: 4.5,
        }]
    }

    #[test]
    fn what_is_exported_can_be_read_again_in_both_formats_of_the_overview() {
        let json = Format::Json.text(&rows()).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Row>>(&json).unwrap(), rows());
        let text = Format::Csv.text(&rows()).unwrap();
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let read: Vec<Row> = table.deserialize().map(|row| row.unwrap()).collect();
        assert_eq!(read, rows());
    }

    #[test]
    fn markdown_keeps_its_columns_and_other_names_are_refused() {
        let text = Format::Markdown.text(&rows()).unwrap();
        assert!(
            text.contains("0 of 1 exercises solved, in 4 minutes."),
            "{text}"
        );
        let line = "| One, or \"two\" \\| three | tried | 3 | 1 | no | 4.5 |\n";
        assert!(text.contains(line), "{text}");
        let error = Format::of(Path::new("mine.txt")).unwrap_err().to_string();
        assert!(
            error.contains("mine.txt") && error.contains(".md, .csv or .json"),
            "{error}"
        );
    }
}
