//! Comparing a function that the learner wrote with one that is right, on many inputs.

use super::answer::Answer;
use super::check::not_written;
use super::found::Found;
use super::lesson::find;
use super::random_inputs::RandomInputs;
use super::schema::Exercise;
use super::value::Value;
use super::verdict::Verdict;
use crate::Result;

/// How many random inputs a function must be right for.
const CASES: usize = 20;

/// Checks a function on an example and on twenty random inputs, which grow from case to case and are the same each time. If
/// it is wrong, the learner sees the smallest input for which it is, what was expected and what came.
///
/// All closures borrow the inputs: one value, or a tuple of up to five. `yours` calls the learner's function and `reference`
/// one that is right. The typical wrong answers of the exercise are recognised by what `yours` makes of the `example`.
///
/// ```
/// use eosin::exercise::{Outcome, check_function};
/// use eosin::prelude::*;
/// fn leaky(z: &Tensor, slope: f64) -> Result<Tensor> {
///     z.gt(0.)?.where_cond(z, &(z * slope)?)
/// }
/// let verdict = check_function(
///     "autograd.leaky",
///     (Tensor::new(&[-2f32, 0., 3.], &Device::Cpu)?, 0.1),
///     |random| {
///         let length = random.integer(1..=6);
///         Ok((random.tensor(length)?, random.number(0.0..=1.0)))
///     },
///     |(z, slope)| leaky(z, *slope),
///     |(z, slope)| ops::leaky_relu(z, *slope),
/// );
/// assert_eq!(verdict.outcome, Outcome::Correct);
/// # Ok::<(), eosin::Error>(())
/// ```
pub fn check_function<Inputs: Answer, Yours: Answer, Right: Answer>(
    id: &str,
    example: Inputs,
    random: impl Fn(&mut RandomInputs) -> Result<Inputs>,
    yours: impl Fn(&Inputs) -> Result<Yours>,
    reference: impl Fn(&Inputs) -> Result<Right>,
) -> Verdict {
    let exercise = match find(id) {
        Ok(exercise) => exercise,
        Err(message) => return Verdict::unknown(&message),
    };
    let drawn = (1..=CASES).map(|case| random(&mut RandomInputs::of_case(case, CASES)));
    let cases = std::iter::once(Ok(example)).chain(drawn).map(|inputs| {
        let inputs = inputs?;
        Ok(Case {
            inputs: inputs.value()?,
            expected: reference(&inputs)?.value()?,
            found: Found::of(|| yours(&inputs)?.value()),
        })
    });
    match cases.collect::<Result<Vec<Case>>>() {
        Ok(cases) => judge(exercise, &cases).recorded(exercise),
        Err(error) => Verdict::unusable(
            exercise,
            &format!("The check itself ended with an error, not your function: {error}"),
        ),
    }
}

/// The function on one input.
struct Case {
    inputs: Value,
    expected: Value,
    found: Found,
}

impl Case {
    fn is_right(&self) -> bool {
        matches!(&self.found, Found::Value(value) if value.is_near(&self.expected))
    }

    /// What was put in, what should have come out and what did.
    fn told(&self, names: &[String]) -> String {
        let values = match &self.inputs {
            Value::List(values) if names.len() > 1 => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let inputs: Vec<String> = (names.iter().zip(values))
            .map(|(name, value)| format!("`{name} = {}`", value.written()))
            .collect();
        let (expected, yours) = self.outputs();
        format!("For {}:\nexpected {expected},\n{yours}", listed(&inputs))
    }

    fn outputs(&self) -> (String, String) {
        let expected = &self.expected;
        let values = || format!("`{}`", expected.written());
        match &self.found {
            Found::Value(found) => match (expected.shape_and_dtype(), found.shape_and_dtype()) {
                (Some((wanted, _)), Some((shape, _))) if wanted != shape => (
                    format!("shape `{wanted:?}`"),
                    format!("yours has shape `{shape:?}`."),
                ),
                (Some((_, wanted)), Some((_, dtype))) if wanted != dtype => {
                    (format!("dtype {wanted}"), format!("yours is {dtype}."))
                }
                _ => (values(), format!("yours is `{}`.", found.written())),
            },
            Found::Error(message) => (
                values(),
                format!("your function ended with an error: {message}"),
            ),
            Found::Panic(message) => (values(), format!("your function panicked: {message}")),
            Found::Todo => (values(), "your function is not written yet.".to_owned()),
        }
    }
}

/// As in `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => words.concat(),
    }
}

/// The first case is the example.
fn judge(exercise: &Exercise, cases: &[Case]) -> Verdict {
    if exercise.inputs.is_empty() {
        let text = "It is not compared with another function: run the cell that checks it.";
        return Verdict::unusable(exercise, text);
    }
    if cases.iter().any(|case| matches!(case.found, Found::Todo)) {
        return not_written(exercise);
    }
    let failing: Vec<&Case> = cases.iter().filter(|case| !case.is_right()).collect();
    let Some(smallest) = failing
        .iter()
        .min_by_key(|case| case.inputs.numbers().len())
    else {
        return Verdict::correct(exercise);
    };
    // What the example shows counts only if it shows a mistake; an error says by itself what it is.
    let shown = cases.first().filter(|example| !example.is_right());
    let known = exercise.wrong.iter().find(|wrong| {
        let is_error = wrong.answer.error.is_some();
        shown.is_some_and(|example| example.found.fits(&wrong.answer))
            || is_error && smallest.found.fits(&wrong.answer)
    });
    let difference = format!(
        "Your function is right for {} of {} inputs. Here is the smallest one where it is wrong.\n{}",
        cases.len() - failing.len(),
        cases.len(),
        smallest.told(&exercise.inputs)
    );
    Verdict::wrong(exercise, &difference, known)
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Outcome;
    use super::*;
    use crate::{Error, Tensor};
    use candle_core::{DType, Device};
    use serde_json::json;

    /// What is said of a function of a list and a number whose sum of both is wanted.
    fn told(yours: fn(&[f64], usize) -> Result<f64>) -> (Outcome, String) {
        let exercise: Exercise = serde_json::from_value(json!({
            "id": "sums.all", "title": "Sum", "minutes": 1, "difficulty": "easy", "hints": ["h"], "why": "The why.",
            "rule": "The rule.", "parts": [], "inputs": ["numbers", "more"], "options": [], "answer": null,
            "starter": "", "solution": "", "check": "",
            "wrong": [
                { "name": "no_more", "code": "", "answer": { "value": 4 }, "message": "Add more." },
                { "name": "bounds", "code": "", "answer": { "error": "out of bounds" }, "message": "Stop earlier." },
            ],
        }))
        .unwrap();
        let mut inputs = vec![(vec![1.0, 3.0], 2)];
        for case in 1..=CASES {
            let mut random = RandomInputs::of_case(case, CASES);
            inputs.push((
                random.list(0..=6, |random| random.number(0.0..=9.0)),
                random.integer(1..=5),
            ));
        }
        let cases: Vec<Case> = (inputs.iter())
            .map(|(numbers, more)| Case {
                inputs: (numbers.clone(), *more).value().unwrap(),
                expected: Value::Number(numbers.iter().sum::<f64>() + *more as f64),
                found: Found::of(|| yours(numbers, *more)?.value()),
            })
            .collect();
        let verdict = judge(&exercise, &cases);
        (verdict.outcome, verdict.plain().to_owned())
    }

    #[test]
    fn a_right_function_is_right_and_an_unwritten_one_not_attempted() {
        assert_eq!(
            told(|numbers, more| Ok(numbers.iter().sum::<f64>() + more as f64)).0,
            Outcome::Correct
        );
        assert_eq!(told(|_, _| todo!()).0, Outcome::NotAttempted);
        // Also if only some inputs come there.
        let partly = |numbers: &[f64], more| match numbers.len() {
            0..3 => Ok(numbers.iter().sum::<f64>() + more as f64),
            _ => todo!(),
        };
        assert_eq!(told(partly).0, Outcome::NotAttempted);
    }

    #[test]
    fn the_smallest_failing_input_is_shown_with_both_results() {
        let (outcome, text) = told(|numbers, _| Ok(numbers.iter().sum()));
        assert_eq!(outcome, Outcome::Wrong);
        assert!(text.contains("right for 0 of 21 inputs"), "{text}");
        assert!(
            text.contains(
                "For `numbers = []` and `more = 2`:\nexpected `2`,\nyours is `0`.\nAdd more.\n"
            ),
            "{text}"
        );
        let (_, text) = told(|numbers, more| {
            Ok(numbers.iter().sum::<f64>() + more as f64 + f64::from(numbers.len() > 3))
        });
        assert!(
            text.contains("The rule.") && !text.contains("numbers = []"),
            "{text}"
        );
    }

    #[test]
    fn errors_and_panics_are_part_of_the_verdict() {
        let (outcome, text) = told(|numbers, _| Ok(numbers[5]));
        assert_eq!(outcome, Outcome::Wrong);
        assert!(
            text.contains("your function panicked: index out of bounds")
                && text.contains("Stop earlier."),
            "{text}"
        );
        let (_, text) = told(|_, _| Err(Error::Invalid("no luck".to_owned())));
        assert!(
            text.contains("expected `2`,\nyour function ended with an error: no luck\n"),
            "{text}"
        );
    }

    #[test]
    fn of_tensors_the_shape_comes_first_then_the_dtype_then_the_values() {
        let tensor = |numbers: &[f32], shape: (usize, usize)| {
            Tensor::from_slice(numbers, shape, &Device::Cpu).unwrap()
        };
        let told = |found: &Tensor| {
            let case = Case {
                inputs: tensor(&[1., 2.], (2, 1)).value().unwrap(),
                expected: tensor(&[2., 4.], (2, 1)).value().unwrap(),
                found: Found::Value(found.value().unwrap()),
            };
            assert!(!case.is_right());
            case.told(&["image".to_owned()])
        };
        assert_eq!(
            told(&tensor(&[2., 4.], (1, 2))),
            "For `image = [[1], [2]]`:\nexpected shape `[2, 1]`,\nyours has shape `[1, 2]`."
        );
        let double = tensor(&[2., 4.], (2, 1)).to_dtype(DType::F64).unwrap();
        assert!(told(&double).ends_with("expected dtype f32,\nyours is f64."));
        assert!(
            told(&tensor(&[2., 5.], (2, 1)))
                .ends_with("expected `[[2], [4]]`,\nyours is `[[2], [5]]`.")
        );
    }
}
