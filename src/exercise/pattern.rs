//! Whether an answer is like the right one, or like a typical wrong one.

use super::schema::Pattern;
use super::value::Value;
use serde_json::Value as Json;

/// Rounding differs between machines, but a right answer is right on all of them. The second is for values that would be
/// zero without rounding.
const USUAL_TOLERANCE: f64 = 1e-4;
const USUAL_TOLERANCE_AT_ZERO: f64 = 1e-5;

impl Pattern {
    /// Whether an answer fits this pattern.
    pub fn fits(&self, answer: &Value) -> bool {
        let (shape, dtype) = match answer {
            Value::Tensor { shape, dtype, .. } => (Some(shape), Some(dtype)),
            _ => (None, None),
        };
        let numbers = answer.numbers();
        let near = |wanted: Option<f64>, found: Option<f64>| {
            wanted.is_none_or(|wanted| found.is_some_and(|found| self.is_near(found, wanted)))
        };
        let every = |bound: Option<f64>, holds: fn(&f64, &f64) -> bool| {
            bound.is_none_or(|bound| {
                !numbers.is_empty() && numbers.iter().all(|number| holds(number, &bound))
            })
        };
        self.error.is_none()
            && (self.shape.is_none() || self.shape.as_ref() == shape)
            && (self.dtype.is_none() || self.dtype.as_ref() == dtype)
            && (self.value.as_ref()).is_none_or(|wanted| self.equals(answer, wanted))
            && near(self.mean, mean(&numbers))
            && near(self.lowest, numbers.iter().copied().reduce(f64::min))
            && near(self.highest, numbers.iter().copied().reduce(f64::max))
            && every(self.at_least, f64::ge)
            && every(self.at_most, f64::le)
    }

    /// Whether an error that came instead of an answer fits this pattern.
    pub fn fits_error(&self, message: &str) -> bool {
        self.error
            .as_ref()
            .is_some_and(|wanted| message.contains(wanted))
    }

    /// The rule of `torch.allclose`.
    pub fn is_near(&self, found: f64, wanted: f64) -> bool {
        if wanted.is_nan() || wanted.is_infinite() {
            return found.is_nan() && wanted.is_nan() || found == wanted;
        }
        let part = self.tolerance.unwrap_or(USUAL_TOLERANCE);
        let at_zero = self.tolerance_at_zero.unwrap_or(USUAL_TOLERANCE_AT_ZERO);
        (found - wanted).abs() <= at_zero + part * wanted.abs()
    }

    /// Whether an answer is this value. A JSON list stands for a list or a tensor, and a number also for a tensor of rank 0.
    pub fn equals(&self, answer: &Value, wanted: &Json) -> bool {
        match (answer, wanted) {
            (Value::Number(found), Json::Number(_) | Json::Null) => {
                self.is_near(*found, wanted.as_f64().unwrap_or(f64::NAN))
            }
            (Value::Truth(found), Json::Bool(wanted)) => found == wanted,
            (Value::Text(found), Json::String(wanted)) => found == wanted,
            (Value::List(found), Json::Array(wanted)) => {
                found.len() == wanted.len()
                    && (found.iter().zip(wanted)).all(|(found, wanted)| self.equals(found, wanted))
            }
            (
                Value::Tensor { shape, numbers, .. },
                Json::Array(_) | Json::Number(_) | Json::Null,
            ) => {
                let (wanted_shape, wanted) = flat(wanted);
                *shape == wanted_shape
                    && numbers.len() == wanted.len()
                    && (numbers.iter().zip(&wanted))
                        .all(|(found, wanted)| self.is_near(*found, *wanted))
            }
            _ => false,
        }
    }
}

fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// The shape of nested lists, and their numbers in row-major order.
pub(super) fn flat(nested: &Json) -> (Vec<usize>, Vec<f64>) {
    let Json::Array(rows) = nested else {
        return (Vec::new(), vec![nested.as_f64().unwrap_or(f64::NAN)]);
    };
    let parts: Vec<_> = rows.iter().map(flat).collect();
    let mut shape = vec![rows.len()];
    shape.extend(
        parts
            .first()
            .map(|(inner, _)| inner.clone())
            .unwrap_or_default(),
    );
    (
        shape,
        parts.into_iter().flat_map(|(_, numbers)| numbers).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::answer::Answer;
    use super::*;
    use crate::Tensor;
    use candle_core::Device;
    use serde_json::json;

    fn pattern(conditions: Json) -> Pattern {
        serde_json::from_value(conditions).unwrap()
    }

    #[test]
    fn a_value_stands_for_a_tensor_and_for_lists_of_the_same_numbers() {
        let wanted = pattern(json!({ "value": [[1, 2, 3], [4, 5, 6]] }));
        let tensor = Tensor::arange(1f32, 7., &Device::Cpu).unwrap();
        let rows = tensor.reshape((2, 3)).unwrap();
        assert!(wanted.fits(&rows.value().unwrap()));
        assert!(wanted.fits(&vec![vec![1, 2, 3], vec![4, 5, 6]].value().unwrap()));
        assert!(!wanted.fits(&tensor.value().unwrap()));
        assert!(!wanted.fits(&tensor.reshape((3, 2)).unwrap().value().unwrap()));
        assert!(!wanted.fits(&rows.t().unwrap().value().unwrap()));
        assert!(!wanted.fits(&(rows + 1.0).unwrap().value().unwrap()));
    }

    #[test]
    fn a_number_stands_for_a_tensor_of_rank_0() {
        let answer = |shape: &[usize]| {
            Tensor::full(2.5f32, shape, &Device::Cpu)
                .unwrap()
                .value()
                .unwrap()
        };
        let wanted = pattern(json!({ "value": 2.5 }));
        assert!(wanted.fits(&answer(&[])));
        assert!(!wanted.fits(&answer(&[1])));
        assert!(!pattern(json!({ "value": 2.6 })).fits(&answer(&[])));
        assert!(!pattern(json!({ "value": [2.5] })).fits(&answer(&[])));
    }

    #[test]
    fn a_small_number_is_compared_as_closely_as_a_large_one() {
        let fits = |conditions: Json, answer: f64| pattern(conditions).fits(&Value::Number(answer));
        for (wanted, near, far) in [
            (4400.0, 4400.4, 4401.0),
            (0.0044, 0.00441, 0.0045),
            (0.0, 9e-6, 1e-4),
        ] {
            let wanted = json!({ "value": wanted });
            assert!(fits(wanted.clone(), near), "{wanted}: {near}");
            assert!(!fits(wanted.clone(), far), "{wanted}: {far}");
        }
        assert!(fits(json!({ "value": 0.0044, "tolerance": 0.1 }), 0.0048));
        let exactly = json!({ "value": 1e-7, "tolerance_at_zero": 0 });
        assert!(fits(exactly.clone(), 1.00001e-7) && !fits(exactly, 0.0));
    }

    #[test]
    fn each_condition_alone_can_refuse() {
        let answer = Tensor::new(&[0f32, 0.5, 1.], &Device::Cpu).unwrap();
        let answer = answer.value().unwrap();
        for fitting in [
            json!({ "shape": [3], "dtype": "f32", "mean": 0.5, "lowest": 0, "highest": 1, "at_least": 0, "at_most": 1 }),
            json!({ "mean": 0.6, "tolerance": 0.2 }),
        ] {
            assert!(pattern(fitting).fits(&answer));
        }
        for other in [
            json!({ "shape": [1, 3] }),
            json!({ "dtype": "f64" }),
            json!({ "mean": 0.6 }),
            json!({ "lowest": 0.1 }),
            json!({ "highest": 0.9 }),
            json!({ "at_least": 0.1 }),
            json!({ "at_most": 0.9 }),
            json!({ "error": "" }),
            json!({ "value": 0.5 }),
        ] {
            assert!(!pattern(other.clone()).fits(&answer), "{other}");
        }
    }

    #[test]
    fn not_a_number_fits_only_itself() {
        let answer = Value::Number(f64::NAN);
        let alone = pattern(json!({ "value": null }));
        assert!(alone.fits(&answer) && !alone.fits(&Value::Number(1.0)));
        let of_list = Value::List(vec![answer.clone()]);
        assert!(pattern(json!({ "value": [null] })).fits(&of_list));
        for condition in ["value", "mean", "lowest", "at_least", "at_most"] {
            assert!(
                !pattern(json!({ condition: 1 })).fits(&answer),
                "{condition}"
            );
        }
    }

    #[test]
    fn numbers_truths_and_texts_are_told_apart() {
        let answer = (2, true, "f32").value().unwrap();
        assert!(pattern(json!({ "value": [2, true, "f32"] })).fits(&answer));
        for other in [
            json!([2, true]),
            json!([2, 1, "f32"]),
            json!([2, true, "f64"]),
        ] {
            assert!(!pattern(json!({ "value": other })).fits(&answer));
        }
    }
}
