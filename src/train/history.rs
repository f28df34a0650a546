//! What a training run leaves behind.

use crate::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize};

/// One finished epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: usize,
    pub train_loss: f64,
    pub valid_loss: Option<f64>,
    /// Validation metrics by name, in the order in which you added them; NaN where the validation loss is.
    #[serde(deserialize_with = "scores")]
    pub metrics: Vec<(String, f64)>,
    pub learning_rate: f64,
    pub seconds: f64,
}

impl Epoch {
    /// The validation metric with this name.
    ///
    /// # Errors
    /// When there is none; the message lists those that there are.
    pub fn metric(&self, name: &str) -> Result<f64> {
        find(&self.metrics, name)
    }

    /// What the epochs of a run are compared by: the validation loss, or the training loss where there is no validation.
    pub fn loss(&self) -> f64 {
        self.valid_loss.unwrap_or(self.train_loss)
    }
}

/// The record of a run: all that curves and tables are drawn from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub epochs: Vec<Epoch>,
    /// Loss of every training batch, in order, also those of an unfinished last epoch; only the last can be NaN or infinite.
    #[serde(deserialize_with = "losses")]
    pub batch_losses: Vec<f64>,
    /// The learner interrupted the run.
    pub interrupted: bool,
    /// The epoch (counted from 1) whose weights were the best on validation.
    pub best_epoch: Option<usize>,
}

impl History {
    /// The epoch (counted from 1) in which the training loss was NaN or infinite, which ended the run.
    pub fn diverged(&self) -> Option<usize> {
        let last = self.batch_losses.last()?;
        (!last.is_finite()).then_some(self.epochs.len() + 1)
    }
}

/// JSON has no NaN: it is written as null.
fn losses<'a, D: Deserializer<'a>>(from: D) -> std::result::Result<Vec<f64>, D::Error> {
    let losses = Vec::<Option<f64>>::deserialize(from)?;
    Ok(losses.into_iter().map(or_nan).collect())
}

fn scores<'a, D: Deserializer<'a>>(from: D) -> std::result::Result<Vec<(String, f64)>, D::Error> {
    let scores = Vec::<(String, Option<f64>)>::deserialize(from)?;
    let scores = scores.into_iter();
    Ok(scores.map(|(name, score)| (name, or_nan(score))).collect())
}

fn or_nan(number: Option<f64>) -> f64 {
    number.unwrap_or(f64::NAN)
}

pub(super) fn find(metrics: &[(String, f64)], name: &str) -> Result<f64> {
    let found = metrics.iter().find(|(known, _)| known == name);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = metrics.iter().map(|(name, _)| name.as_str()).collect();
        Error::Invalid(format!(
            "there is no metric `{name}`; {}",
            match names.is_empty() {
                true => "none was asked for".to_owned(),
                false => format!("there are {}", names.join(", ")),
            }
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_with_nan_is_read_as_it_was_written() {
        let epoch = Epoch {
            epoch: 1,
            train_loss: 0.5,
            valid_loss: Some(0.75),
            metrics: vec![("dice".to_owned(), f64::NAN), ("iou".to_owned(), 0.25)],
            learning_rate: 0.1,
            seconds: 1.0,
        };
        let history = History {
            epochs: vec![epoch],
            batch_losses: vec![0.5, f64::NAN],
            ..History::default()
        };
        let json = serde_json::to_string(&history).unwrap();
        let read: History = serde_json::from_str(&json).unwrap();
        assert_eq!(read.diverged(), Some(2));
        assert_eq!(format!("{read:?}"), format!("{history:?}"));
    }
}
