//! Telling the learner at once whether an answer is right.

use super::answer::Attempt;
use super::found::Found;
use super::lesson::find;
use super::schema::Exercise;
use super::verdict::Verdict;

/// Checks an answer to an exercise: a tensor, a number, `bool`, text, a vector, array or tuple of these, or a closure that
/// computes one. Says why the answer is right, what is different, or that it is still missing.
///
/// ```
/// use eosin::exercise::{Outcome, check};
/// use eosin::prelude::*;
/// let a = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
/// let verdict = check("tensors.matmul", || -> Result<Tensor> { todo!() });
/// assert_eq!(verdict.outcome, Outcome::NotAttempted);
/// let verdict = check("tensors.matmul", &a);
/// assert_eq!(verdict.outcome, Outcome::Wrong);
/// # Ok::<(), eosin::Error>(())
/// ```
pub fn check<Kind>(id: &str, attempt: impl Attempt<Kind>) -> Verdict {
    let found = Found::of(|| attempt.attempt());
    match find(id) {
        Ok(exercise) => judge(exercise, &found).recorded(exercise),
        Err(message) => Verdict::unknown(&message),
    }
}

/// The verdict on a missing answer. The kernel shows it when a check names a variable that does not exist yet, and the Check
/// button shows it when the answer is still `todo!()`.
#[doc(hidden)]
pub fn not_attempted(id: &str) -> Verdict {
    match find(id) {
        Ok(exercise) => judge(exercise, &Found::Todo),
        Err(message) => Verdict::unknown(&message),
    }
}

fn judge(exercise: &Exercise, found: &Found) -> Verdict {
    let difference = match (found, &exercise.answer) {
        (Found::Todo, _) => return not_written(exercise),
        (_, None) => {
            let text = "The answer is a function that `check_function` compares with another one: run the cell that does it.";
            return Verdict::unusable(exercise, text);
        }
        (_, Some(right)) if found.fits(right) => return Verdict::correct(exercise),
        (Found::Value(value), Some(right)) => right.difference(value, &exercise.parts),
        (Found::Error(message), _) => format!("Your code ended with an error: {message}"),
        (Found::Panic(message), _) => format!("Your code panicked: {message}"),
    };
    let known = exercise
        .wrong
        .iter()
        .find(|wrong| found.fits(&wrong.answer));
    Verdict::wrong(exercise, &difference, known)
}

/// The verdict on `todo!()`.
pub(super) fn not_written(exercise: &Exercise) -> Verdict {
    let text = "In the cell above, write your answer in place of `todo!()`, run the cell, then check again.";
    Verdict::not_attempted(exercise, text)
}

#[cfg(test)]
mod tests {
    use super::super::answer::{Answer, Attempt};
    use super::super::verdict::Outcome;
    use super::*;
    use crate::Result;
    use serde_json::json;

    fn exercise() -> Exercise {
        serde_json::from_value(json!({
            "id": "sums.one", "title": "Add one", "minutes": 1, "difficulty": "easy", "hints": ["h"], "solution": "s",
            "why": "The why.", "rule": "The rule.", "inputs": [], "options": [], "parts": [],
            "answer": { "value": 2 }, "starter": "", "check": "",
            "wrong": [
                { "name": "more", "code": "", "answer": { "value": 3 }, "message": "Too much." },
                { "name": "large", "code": "", "answer": { "error": "overflow" }, "message": "Too large." },
            ],
        }))
        .unwrap()
    }

    fn told<Kind>(attempt: impl Attempt<Kind>) -> (Outcome, String) {
        let verdict = judge(&exercise(), &Found::of(|| attempt.attempt()));
        (verdict.outcome, verdict.plain().to_owned())
    }

    #[test]
    fn each_outcome_says_what_helps() {
        let (outcome, text) = told(2);
        assert_eq!(
            (outcome, text.as_str()),
            (Outcome::Correct, "✓ Correct: Add one\nThe why.")
        );
        let (outcome, text) = told(3.0);
        assert_eq!(outcome, Outcome::Wrong);
        assert!(
            text.contains("Too much.") && text.contains("hint(\"sums.one\")"),
            "{text}"
        );
        let (outcome, text) = told(5u8);
        assert_eq!(outcome, Outcome::Wrong);
        assert!(text.contains("Yours is 5.\nThe rule."), "{text}");
        assert!(!text.contains('2'), "the answer is told: {text}");
    }

    #[test]
    fn a_closures_panic_or_error_is_part_of_the_verdict() {
        assert_eq!(told(|| Ok(2)).0, Outcome::Correct);
        assert_eq!(told(|| -> Result<f32> { todo!() }).0, Outcome::NotAttempted);
        assert_eq!(
            told(|| -> Result<f32> { todo!("add {}", 1) }).0,
            Outcome::NotAttempted
        );
        let (outcome, text) = told(|| -> Result<f32> { panic!("at {}", 7) });
        assert!(
            outcome == Outcome::Wrong && text.contains("panicked: at 7"),
            "{text}"
        );
        let error = || Err(crate::Error::Invalid("an overflow".to_owned()));
        let (outcome, text) = told(|| -> Result<f32> { error() });
        assert!(
            outcome == Outcome::Wrong && text.contains("an overflow\nToo large."),
            "{text}"
        );
    }

    #[test]
    fn what_is_compared_with_a_reference_cannot_be_right_without_one() {
        let mut compared = exercise();
        compared.answer = None;
        let verdict = judge(&compared, &Found::of(|| 2.value()));
        assert_eq!(verdict.outcome, Outcome::Unknown);
        assert!(verdict.plain().contains("`check_function`"), "{verdict:?}");
    }

    #[test]
    fn an_unknown_exercise_is_told() {
        let verdict = check("tensors.newest", 1);
        assert_eq!(verdict.outcome, Outcome::Unknown);
        assert!(
            verdict.plain().contains("Did you mean `tensors.new`?"),
            "{verdict:?}"
        );
    }
}
