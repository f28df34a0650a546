//! The last help.

use super::card::Card;
use super::lesson::find;
use super::record::{Record, change};
use super::schema::Exercise;
use crate::display::escape_html;

const PURPLE: &str = "#cc79a7";

/// The solution of an exercise, folded twice, so that you do not see it by accident. Where nothing folds, a second call
/// shows it.
///
/// ```
/// use eosin::exercise::solution;
/// assert!(!solution("tensors.matmul").plain().contains("matmul(&"));
/// assert!(solution("tensors.matmul").plain().contains("matmul(&"));
/// ```
pub fn solution(id: &str) -> Card {
    let exercise = match find(id) {
        Ok(exercise) => exercise,
        Err(message) => return Card::new("○", "Unknown exercise", PURPLE).text(&message),
    };
    let record = change(id, |record| record.solution += 1);
    // Without a count, any call may be the second.
    let uncounted = |_| Record {
        solution: 2,
        ..Record::default()
    };
    card(exercise, &record.unwrap_or_else(uncounted))
}

fn card(exercise: &Exercise, record: &Record) -> Card {
    let Exercise {
        id,
        title,
        hints,
        solution,
        ..
    } = exercise;
    let unseen = hints.len().saturating_sub(record.hints);
    let before = match unseen {
        0 => "When you have understood it, close it and write your own.".to_owned(),
        1 => "There is one more hint that you have not seen.".to_owned(),
        _ => format!("There are {unseen} hints that you have not seen."),
    };
    let plain = match record.solution {
        0 | 1 => format!("{before} To see the solution, call `solution(\"{id}\")` once more."),
        _ => solution.clone(),
    };
    let html = format!(
        "<details style=\"margin-top: 4px\"><summary>Show the solution</summary>\
         <div style=\"margin: 4px 16px\">{before}\
         <details><summary>Show it now</summary><pre><code>{}</code></pre></details></div></details>",
        escape_html(solution)
    );
    Card::new("!", &format!("Solution: {title}"), PURPLE).both(&plain, &html)
}
