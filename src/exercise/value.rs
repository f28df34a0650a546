//! An answer in a form that can be compared with any other.

use std::fmt;

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
    if number != 0.0 && number.abs() < 1e-3 || number.abs() >= 1e7 {
        return format!("{number:.3e}");
    }
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_in_sentences_are_short() {
        let shortened = [2.0, -0.5, 1.0 / 3.0, 100.0, 0.0, 1e-6, 2.5e9].map(short);
        assert_eq!(
            shortened,
            ["2", "-0.5", "0.3333", "100", "0", "1.000e-6", "2.500e9"]
        );
    }
}
