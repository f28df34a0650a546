//! What a training run leaves behind.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// One finished epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: usize,
    pub train_loss: f64,
    pub valid_loss: Option<f64>,
    /// Validation metrics by name, in the order in which you added them.
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
    /// Loss of every training batch, in order, also those of an unfinished last epoch.
    pub batch_losses: Vec<f64>,
    /// The learner interrupted the run.
    pub interrupted: bool,
    /// The epoch (counted from 1) whose weights were the best on validation.
    pub best_epoch: Option<usize>,
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
