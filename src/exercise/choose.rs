//! Answering a question by choosing an option.

use super::lesson::find;
use super::schema::Exercise;
use super::value::Value;
use super::verdict::Verdict;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

/// The last letter that was chosen for each question.
static CHOSEN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// Answers a question with the letter of an option, small or capital. Says why it is right or wrong; `"?"` is no answer yet.
///
/// ```
/// use eosin::exercise::{Outcome, choose};
/// assert_eq!(choose("tensors.predict_shape", "?").outcome, Outcome::NotAttempted);
/// assert_eq!(choose("tensors.predict_shape", "z").outcome, Outcome::NotAttempted);
/// ```
pub fn choose(id: &str, letter: impl Display) -> Verdict {
    let letter = letter.to_string();
    let verdict = match find(id) {
        Ok(exercise) => judge(exercise, &letter).recorded(exercise),
        Err(message) => Verdict::unknown(&message),
    };
    let mut chosen = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    chosen.insert(id.to_owned(), letter);
    verdict
}

/// The verdict on the last choice in this notebook, for a cell that grades it.
///
/// ```
/// use eosin::exercise::{Outcome, choose, chosen};
/// assert_eq!(chosen("tensors.predict_shape").outcome, Outcome::NotAttempted);
/// choose("tensors.predict_shape", "a");
/// assert_eq!(chosen("tensors.predict_shape").outcome, Outcome::Wrong);
/// ```
pub fn chosen(id: &str) -> Verdict {
    let chosen = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    let letter = chosen.get(id).map_or("?", String::as_str);
    match find(id) {
        Ok(exercise) => judge(exercise, letter),
        Err(message) => Verdict::unknown(&message),
    }
}

fn judge(exercise: &Exercise, letter: &str) -> Verdict {
    if exercise.options.is_empty() {
        let text = "It has no options: write your answer in code, and run the cell that checks it.";
        return Verdict::unusable(exercise, text);
    }
    let letter = letter.trim().to_lowercase();
    if letter == "?" {
        let text = "Write the letter of your choice in place of `?` and run the cell, or press a button if you see some.";
        return Verdict::not_attempted(exercise, text);
    }
    let mut options = exercise.options.iter().zip('a'..);
    let Some((text, _)) = options.find(|(_, name)| letter == name.to_string()) else {
        let letters: Vec<String> = ('a'..)
            .take(exercise.options.len())
            .map(|name| format!("`{name}`"))
            .collect();
        let text = format!(
            "`{letter}` is none of the options. Write one of the letters {} between the quotation marks.",
            letters.join(", ")
        );
        return Verdict::not_attempted(exercise, &text);
    };
    let chosen = format!("You chose {letter}) {text}");
    let answer = Value::Text(letter);
    match exercise
        .wrong
        .iter()
        .find(|wrong| wrong.answer.fits(&answer))
    {
        Some(wrong) => Verdict::wrong(exercise, &chosen, Some(wrong)),
        None => Verdict::correct(exercise),
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Outcome;
    use super::*;
    use serde_json::json;

    fn told(letter: &str) -> (Outcome, String) {
        let question = serde_json::from_value(json!({
            "id": "sums.more", "title": "More", "minutes": 1, "difficulty": "easy", "hints": ["h"], "why": "The why.",
            "rule": "", "parts": [], "inputs": [], "options": ["Two", "Three"], "answer": { "value": "b" },
            "starter": "", "solution": "", "check": "",
            "wrong": [{ "name": "a", "code": "", "answer": { "value": "a" }, "message": "It comes first." }],
        }))
        .unwrap();
        let verdict = judge(&question, letter);
        (verdict.outcome, verdict.plain().to_owned())
    }

    #[test]
    fn each_option_has_its_verdict_whatever_the_case_of_the_letter() {
        let right = (Outcome::Correct, "✓ Correct: More\nThe why.".to_owned());
        assert_eq!((told("b"), told(" B ")), (right.clone(), right));
        let (outcome, text) = told("A");
        assert_eq!(outcome, Outcome::Wrong);
        assert!(
            text.contains("You chose a) Two\nIt comes first.\n"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_option_is_not_an_attempt_and_the_letters_are_told() {
        let (outcome, text) = told("?");
        assert_eq!(outcome, Outcome::NotAttempted);
        assert!(text.contains("in place of `?`"), "{text}");
        for other in ["c", "", "ab", "Two"] {
            let (outcome, text) = told(other);
            assert_eq!(outcome, Outcome::NotAttempted);
            assert!(text.contains("letters `a`, `b`"), "{text}");
        }
    }
}
