//! Help in stages.

use super::card::Card;
use super::lesson::find;
use super::record::change;
use super::schema::Exercise;

const BLUE: &str = "#0072b2";

/// The next hint for an exercise, below the earlier ones.
///
/// ```
/// use eosin::exercise::hint;
/// assert!(!hint("tensors.matmul").plain().contains("Hint 2"));
/// assert!(hint("tensors.matmul").plain().contains("Hint 2"));
/// ```
pub fn hint(id: &str) -> Card {
    let exercise = match find(id) {
        Ok(exercise) => exercise,
        Err(message) => return Card::new("○", "Unknown exercise", BLUE).text(&message),
    };
    // Without a count, all of them are shown at once.
    let count = change(id, |record| record.hints += 1);
    card(exercise, count.map_or(usize::MAX, |record| record.hints))
}

/// The first `count` hints.
fn card(exercise: &Exercise, count: usize) -> Card {
    let all = exercise.hints.len();
    let given = exercise.hints.iter().take(count).enumerate();
    let card = given.fold(
        Card::new("?", &format!("Hints: {}", exercise.title), BLUE),
        |card, (index, hint)| card.text(&format!("Hint {} of {all}. {hint}", index + 1)),
    );
    match count > all {
        true => card.text(&format!(
            "That was the last hint. For the solution, run `solution(\"{}\")` or press the button Solution if you see one.",
            exercise.id
        )),
        false => card,
    }
}
