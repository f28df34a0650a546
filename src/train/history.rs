//! What a training run leaves behind.

use serde::{Deserialize, Serialize};

/// One finished epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: usize,
    pub train_loss: f64,
    pub valid_loss: Option<f64>,
    /// Validation metrics by name, in the order they were asked for.
    pub metrics: Vec<(String, f64)>,
    pub learning_rate: f64,
    pub seconds: f64,
}

/// The record of a run: all that curves and tables are drawn from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub epochs: Vec<Epoch>,
    /// Loss of every training batch, in order, also those of an unfinished last epoch.
    pub batch_losses: Vec<f64>,
    /// The run was interrupted by the learner.
    pub interrupted: bool,
    /// The epoch (counted from 1) whose weights were the best on validation.
    pub best_epoch: Option<usize>,
}
