//! What differs from the right answer. The learner sees their own value, never the right one.

use super::pattern::flat;
use super::schema::Pattern;
use super::value::{Value, short};
use serde_json::Value as Json;

impl Pattern {
    /// The first thing that differs, in a sentence; `parts` name the elements of a list.
    pub fn difference(&self, answer: &Value, parts: &[String]) -> String {
        if let (Value::List(found), Some(Json::Array(wanted))) = (answer, &self.value)
            && found.len() == wanted.len()
        {
            let both = found.iter().zip(wanted).enumerate();
            let mut differences = both.filter_map(|(at, (found, wanted))| {
                let name = parts.get(at).cloned();
                let name = name.unwrap_or_else(|| format!("Part {} of your answer", at + 1));
                Some(format!("{name}: {}", self.value_difference(found, wanted)?))
            });
            if let Some(difference) = differences.next() {
                return difference;
            }
        }
        let of_value =
            (self.value.as_ref()).and_then(|wanted| self.value_difference(answer, wanted));
        let difference = of_value
            .or_else(|| self.condition_difference(answer))
            .unwrap_or_else(|| format!("yours is {}.", answer.kind()));
        capitalised(&difference)
    }

    fn value_difference(&self, answer: &Value, wanted: &Json) -> Option<String> {
        if self.equals(answer, wanted) {
            return None;
        }
        Some(match (answer, wanted) {
            (Value::Tensor { shape, numbers, .. }, Json::Array(_)) => {
                let (wanted_shape, wanted) = flat(wanted);
                match *shape == wanted_shape && numbers.len() == wanted.len() {
                    true => self.number_difference(shape, numbers, &wanted),
                    false => format!("the shape differs: yours is {shape:?}."),
                }
            }
            (Value::Tensor { shape, numbers, .. }, Json::Number(_)) => match shape.is_empty() {
                true => format!("yours is {}.", short(numbers[0])),
                false => format!(
                    "yours is a tensor of shape {shape:?}, but the answer is a single number."
                ),
            },
            _ => format!("yours is {answer}."),
        })
    }

    fn number_difference(&self, shape: &[usize], numbers: &[f64], wanted: &[f64]) -> String {
        let unequal: Vec<usize> = (0..numbers.len())
            .filter(|at| {
                !wanted
                    .get(*at)
                    .is_some_and(|wanted| self.is_near(numbers[*at], *wanted))
            })
            .collect();
        let first = unequal.first().copied().unwrap_or_default();
        format!(
            "{} of {} elements differ. The first is at {:?}, where yours is {}.",
            unequal.len(),
            numbers.len(),
            place(first, shape),
            short(numbers[first])
        )
    }

    /// The same for the conditions beside `value`, or instead of it.
    fn condition_difference(&self, answer: &Value) -> Option<String> {
        if let Value::Tensor { shape, dtype, .. } = answer {
            if self.shape.as_ref().is_some_and(|wanted| wanted != shape) {
                return Some(format!("the shape differs: yours is {shape:?}."));
            }
            if self.dtype.as_ref().is_some_and(|wanted| wanted != dtype) {
                return Some(format!("the dtype differs: yours is {dtype}."));
            }
        }
        match answer.numbers()[..] {
            [] => None,
            [number] => Some(format!("yours is {}.", short(number))),
            ref numbers => Some(format!(
                "the elements differ. Yours go from {} to {} and have a mean of {}.",
                short(numbers.iter().copied().fold(f64::INFINITY, f64::min)),
                short(numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
                short(numbers.iter().sum::<f64>() / numbers.len() as f64)
            )),
        }
    }
}

/// The indices of the n-th element of a tensor of this shape.
fn place(index: usize, shape: &[usize]) -> Vec<usize> {
    let mut rest = index;
    let mut place: Vec<usize> = (shape.iter().rev())
        .map(|size| {
            let at = rest % size;
            rest /= size;
            at
        })
        .collect();
    place.reverse();
    place
}

fn capitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::super::answer::Answer;
    use super::*;
    use crate::Tensor;
    use candle_core::{DType, Device};
    use serde_json::json;

    fn told(conditions: Json, answer: &dyn Answer) -> String {
        let pattern: Pattern = serde_json::from_value(conditions).unwrap();
        pattern.difference(&answer.value().unwrap(), &["Two equal masks".to_owned()])
    }

    #[test]
    fn shape_type_and_numbers_are_told_in_this_order_with_the_learners_own() {
        let wanted = json!({ "value": [[1, 2], [3, 4]], "dtype": "f32" });
        let tensor = |numbers: &[f32], shape: (usize, usize)| {
            Tensor::from_slice(numbers, shape, &Device::Cpu).unwrap()
        };
        assert_eq!(
            told(wanted.clone(), &tensor(&[1., 2., 3., 4.], (1, 4))),
            "The shape differs: yours is [1, 4]."
        );
        assert_eq!(
            told(wanted.clone(), &tensor(&[1., 2., 0.5, 5.], (2, 2))),
            "2 of 4 elements differ. The first is at [1, 0], where yours is 0.5."
        );
        let double = tensor(&[1., 2., 3., 4.], (2, 2))
            .to_dtype(DType::F64)
            .unwrap();
        assert_eq!(
            told(wanted.clone(), &double),
            "The dtype differs: yours is f64."
        );
        assert_eq!(told(wanted, &true), "Yours is true.");
    }

    #[test]
    fn parts_of_a_list_have_names() {
        let wanted = json!({ "value": [1, 0.25] });
        assert_eq!(
            told(wanted.clone(), &[0.5, 0.25]),
            "Two equal masks: yours is 0.5."
        );
        assert_eq!(
            told(wanted.clone(), &[1.0, 0.5]),
            "Part 2 of your answer: yours is 0.5."
        );
        assert_eq!(told(wanted, &[1.0]), "Yours is a list of 1.");
    }

    #[test]
    fn of_a_tensor_in_the_place_of_a_number_its_number_or_its_shape_is_told() {
        let tensor = |shape: &[usize]| Tensor::full(0.25f32, shape, &Device::Cpu).unwrap();
        assert_eq!(told(json!({ "value": 1 }), &tensor(&[])), "Yours is 0.25.");
        assert_eq!(
            told(json!({ "value": 1 }), &tensor(&[1])),
            "Yours is a tensor of shape [1], but the answer is a single number."
        );
    }

    #[test]
    fn conditions_tell_what_the_numbers_are_like() {
        assert_eq!(told(json!({ "at_least": 0.9 }), &0.85f32), "Yours is 0.85.");
        let image = Tensor::new(&[0f32, 1., 2.], &Device::Cpu).unwrap();
        assert_eq!(
            told(json!({ "mean": 0.5 }), &image),
            "The elements differ. Yours go from 0 to 2 and have a mean of 1."
        );
    }
}
