//! An answer in a form that can be compared with any other.

use super::schema::Pattern;
use std::fmt;

/// Longer values are described, not written out.
const MOST_NUMBERS: usize = 100;

/// An answer without its Rust type.
///
/// ```
/// use eosin::exercise::{Answer, Value};
/// assert_eq!((2u8, true).value()?, Value::List(vec![Value::Number(2.0), Value::Truth(true)]));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(f64),
    Truth(bool),
    Text(String),
    /// Several answers at once: a vector, an array, a tuple.
    List(Vec<Value>),
    /// Of any rank, with its elements in row-major order.
    Tensor {
        shape: Vec<usize>,
        dtype: String,
        numbers: Vec<f64>,
    },
}

impl Value {
    /// In a learner's words.
    pub(super) fn kind(&self) -> String {
        match self {
            Value::Number(_) => "a number".to_owned(),
            Value::Truth(_) => "`true` or `false`".to_owned(),
            Value::Text(_) => "text".to_owned(),
            Value::List(values) => format!("a list of {}", values.len()),
            Value::Tensor { shape, .. } => format!("a tensor of shape {shape:?}"),
        }
    }

    /// All numbers in it.
    pub(super) fn numbers(&self) -> Vec<f64> {
        match self {
            Value::Number(number) => vec![*number],
            Value::List(values) => values.iter().flat_map(Value::numbers).collect(),
            Value::Tensor { numbers, .. } => numbers.clone(),
            Value::Truth(_) | Value::Text(_) => Vec::new(),
        }
    }

    pub(super) fn shape_and_dtype(&self) -> Option<(&[usize], &str)> {
        match self {
            Value::Tensor { shape, dtype, .. } => Some((shape, dtype)),
            _ => None,
        }
    }

    /// Whether both are the same but for rounding, tensors also in shape and dtype.
    pub(super) fn is_near(&self, right: &Value) -> bool {
        let usual = Pattern::default();
        match (self, right) {
            (Value::Number(found), Value::Number(right)) => usual.is_near(*found, *right),
            (Value::List(found), Value::List(right)) => {
                found.len() == right.len()
                    && (found.iter().zip(right)).all(|(found, right)| found.is_near(right))
            }
            (
                Value::Tensor { numbers, .. },
                Value::Tensor {
                    numbers: of_right, ..
                },
            ) => {
                self.shape_and_dtype() == right.shape_and_dtype()
                    && (numbers.iter().zip(of_right))
                        .all(|(found, right)| usual.is_near(*found, *right))
            }
            _ => self == right,
        }
    }

    /// With all its numbers, as in `[[1, 2], [3, 4]]`, if there are not too many.
    pub(super) fn written(&self) -> String {
        match self {
            _ if self.numbers().len() > MOST_NUMBERS => self.kind(),
            Value::List(values) => {
                let values: Vec<String> = values.iter().map(Value::written).collect();
                format!("[{}]", values.join(", "))
            }
            Value::Tensor { shape, numbers, .. } => nested(shape, numbers),
            _ => self.to_string(),
        }
    }
}

/// The numbers of a tensor in the brackets of its shape.
fn nested(shape: &[usize], numbers: &[f64]) -> String {
    let Some((length, inner)) = shape.split_first() else {
        return numbers.first().copied().map(short).unwrap_or_default();
    };
    let size = inner.iter().product::<usize>();
    let rows: Vec<String> = (0..*length)
        .map(|row| nested(inner, &numbers[row * size..(row + 1) * size]))
        .collect();
    format!("[{}]", rows.join(", "))
}

/// Short enough for a sentence.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => write!(formatter, "{}", short(*number)),
            Value::Truth(truth) => write!(formatter, "{truth}"),
            Value::Text(text) => write!(formatter, "{text:?}"),
            Value::List(_) | Value::Tensor { .. } => write!(formatter, "{}", self.kind()),
        }
    }
}

/// At most four digits after the point.
pub(super) fn short(number: f64) -> String {
    // The sign of -0 would only puzzle.
    let number = number + 0.0;
    if number != 0.0 && number.abs() < 1e-3 || number.abs() >= 1e7 {
        return format!("{number:.3e}");
    }
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::answer::Answer;
    use super::short;
    use crate::Tensor;
    use candle_core::Device;

    #[test]
    fn numbers_in_sentences_are_short() {
        let shortened = [2.0, -0.5, 1.0 / 3.0, 100.0, -0.0, 1e-6, 2.5e9].map(short);
        assert_eq!(
            shortened,
            ["2", "-0.5", "0.3333", "100", "0", "1.000e-6", "2.500e9"]
        );
    }

    #[test]
    fn values_are_written_as_their_shape_says() {
        let tensor = Tensor::arange(0f32, 6., &Device::Cpu).unwrap();
        let written = |shape: &[usize]| tensor.reshape(shape).unwrap().value().unwrap().written();
        assert_eq!(written(&[2, 3]), "[[0, 1, 2], [3, 4, 5]]");
        assert_eq!(written(&[3, 1, 2]), "[[[0, 1]], [[2, 3]], [[4, 5]]]");
        assert_eq!(
            (vec![0.5, 2.0], true).value().unwrap().written(),
            "[[0.5, 2], true]"
        );
        let long = Tensor::arange(0f32, 1000., &Device::Cpu).unwrap();
        assert_eq!(long.value().unwrap().written(), "a tensor of shape [1000]");
    }
}
