//! The learner's progress.

use super::card::Card;
use super::lesson::lessons;
use super::record::{Records, records};
use super::schema::{Exercise, Lesson};
use super::state::State;
use crate::display::escape_html;

const BLUE: &str = "#0072b2";

/// A map of the exercises: by name for the lesson that you worked on last, as marks for the others.
///
/// ```
/// use eosin::exercise::progress;
/// println!("{}", progress().plain());
/// ```
pub fn progress() -> Card {
    card(lessons(), &records())
}

fn card(lessons: &[Lesson], records: &Records) -> Card {
    let record = |exercise: &Exercise| records.get(&exercise.id);
    let touched = |lesson: &&Lesson| {
        let times = lesson.exercises.iter().filter_map(record);
        times.map(|record| record.touched).max().unwrap_or(0)
    };
    // If none was worked on yet, the first.
    let current = lessons.iter().rev().max_by_key(touched);
    let mut card = Card::new("", "Your progress: ✓ solved, ◐ tried, ○ open", BLUE);
    for lesson in lessons {
        let states = (lesson.exercises.iter())
            .map(|exercise| (exercise.id.as_str(), State::of(record(exercise))));
        card = (states.clone()).fold(card, |card, (id, state)| card.telling(id, state));
        let marks: Vec<String> = states.map(|(_, state)| state.mark().to_string()).collect();
        let solved = marks.iter().filter(|mark| *mark == "✓").count();
        let open = lesson
            .exercises
            .iter()
            .zip(&marks)
            .filter(|(_, mark)| *mark != "✓");
        let line = format!(
            "{}  {}  {solved} of {}{}",
            marks.join(" "),
            lesson.title,
            marks.len(),
            time_left(open.map(|(exercise, _)| exercise.minutes).sum())
        );
        card = card.text(&line);
        if current.is_some_and(|current| current.name == lesson.name) {
            card = named(card, lesson, records);
        }
    }
    card
}

fn time_left(minutes: u32) -> String {
    match minutes {
        0 => String::new(),
        1 => ", about 1 minute left".to_owned(),
        _ => format!(", about {minutes} minutes left"),
    }
}

/// The exercises of a lesson, one on each line.
fn named(card: Card, lesson: &Lesson, records: &Records) -> Card {
    let lines = lesson.exercises.iter().map(|exercise| {
        let mark = State::of(records.get(&exercise.id)).mark();
        (
            format!("   {mark} {}  ({})", exercise.title, exercise.id),
            mark,
            exercise,
        )
    });
    let (mut plain, mut html) = (Vec::new(), String::new());
    for (line, mark, exercise) in lines {
        plain.push(line);
        html += &format!(
            "<div>{mark} {} <code>{}</code></div>",
            escape_html(&exercise.title),
            escape_html(&exercise.id)
        );
    }
    let html = format!("<div style=\"margin: 2px 24px\">{html}</div>");
    card.both(&plain.join("\n"), &html)
}

#[cfg(test)]
mod tests {
    use super::super::record::Record;
    use super::*;
    use serde_json::json;

    #[test]
    fn the_lesson_that_was_worked_in_last_is_shown_by_name() {
        let exercise = |id: &str| {
            json!({
                "id": id, "title": format!("Title of {id}"), "minutes": 4, "difficulty": "easy",
                "hints": [], "solution": "", "why": "", "rule": "",
                "inputs": [], "options": [], "parts": [], "answer": {}, "starter": "", "check": "", "wrong": [],
            })
        };
        let lessons: Vec<Lesson> = serde_json::from_value(json!([
            { "name": "01-a", "title": "First", "exercises": [exercise("a.x"), exercise("a.y")] },
            { "name": "02-b", "title": "Second", "exercises": [exercise("b.x"), exercise("b.y"), exercise("b.z")] },
        ]))
        .unwrap();
        let nothing = card(&lessons, &Records::new());
        assert!(
            nothing
                .plain()
                .contains("○ ○  First  0 of 2, about 8 minutes left\n   ○ Title of a.x"),
            "{nothing:?}"
        );
        let done = |solved, touched| Record {
            attempts: 1,
            solved,
            touched,
            ..Record::default()
        };
        let records = [
            ("a.x", done(true, 5)),
            ("b.x", done(true, 8)),
            ("b.z", done(false, 9)),
        ];
        let records: Records = records.map(|(id, record)| (id.to_owned(), record)).into();
        let card = card(&lessons, &records);
        assert!(
            card.plain()
                .contains("✓ ○  First  1 of 2, about 4 minutes left\n✓ ○ ◐  Second  1 of 3, about 8 minutes left\n   ✓ "),
            "{card:?}"
        );
        assert!(!card.plain().contains("Title of a.x"));
    }
}
