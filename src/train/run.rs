//! The state of a training run, as callbacks see it.

use super::history::{Epoch, History};
use super::optimizer::Optimizer;
use super::plan::Plan;
use crate::Tensor;
use crate::display::interrupt::interrupted;
use crate::display::{Bundle, display_bundle};
use crate::nn::Module;
use std::time::Duration;

/// Everything about a run that is under way.
pub struct Run<'a> {
    pub plan: Plan,
    pub model: &'a dyn Module,
    pub optimizer: Box<dyn Optimizer + 'a>,
    pub history: History,
    /// The epoch that is running, counted from 1.
    pub epoch: usize,
    /// The batch that is running, counted from 1 within the epoch.
    pub batch: usize,
    /// The last batch on its way through the model; there is none before the first.
    pub step: Option<Step>,
    /// Mean training loss of the epoch so far.
    pub mean_loss: f64,
    /// Mean validation loss of the epoch, once it is known.
    pub valid_loss: Option<f64>,
    /// Validation metrics of the epoch, as far as they are known.
    pub metrics: Vec<(String, f64)>,
    /// Since the run began.
    pub elapsed: Duration,
    /// Until the run is expected to end, validation included.
    pub remaining: Duration,
    /// What the run has told you so far, besides its losses and metrics.
    pub notes: Vec<String>,
    pub(super) stopping: bool,
}

/// A batch and what came of it, of training or of validation.
#[derive(Debug, Clone)]
pub struct Step {
    /// (N, ...)
    pub input: Tensor,
    pub target: Tensor,
    pub output: Tensor,
    pub loss: f64,
}

impl Step {
    /// Without the graph behind the output, which would stay in memory.
    pub(super) fn new(input: Tensor, target: Tensor, output: &Tensor, loss: f64) -> Self {
        let output = output.detach();
        Step {
            input,
            target,
            output,
            loss,
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(
        plan: Plan,
        model: &'a dyn Module,
        optimizer: Box<dyn Optimizer + 'a>,
    ) -> Self {
        Run {
            plan,
            model,
            optimizer,
            history: History::default(),
            epoch: 0,
            batch: 0,
            step: None,
            mean_loss: 0.0,
            valid_loss: None,
            metrics: Vec::new(),
            elapsed: Duration::ZERO,
            remaining: Duration::ZERO,
            notes: Vec::new(),
            stopping: false,
        }
    }

    pub(super) fn begin_epoch(&mut self, epoch: usize) {
        (self.epoch, self.batch) = (epoch, 0);
        self.valid_loss = None;
        self.metrics.clear();
    }

    /// Whether no other batch should begin; an interrupt by the learner stops the run.
    pub(super) fn is_over(&mut self) -> bool {
        if interrupted() {
            self.history.interrupted = true;
            self.stopping = true;
        }
        self.stopping
    }

    /// Adds the epoch to the history.
    pub(super) fn record_epoch(&mut self) {
        self.history.epochs.push(Epoch {
            epoch: self.epoch,
            train_loss: self.mean_loss,
            valid_loss: self.valid_loss,
            metrics: self.metrics.clone(),
            learning_rate: self.optimizer.learning_rate(),
            seconds: 0.0,
        });
    }

    /// Shows this to the learner, and keeps it.
    pub(super) fn tell(&mut self, note: String) {
        display_bundle(&Bundle::text(note.as_str()));
        self.notes.push(note);
    }

    /// Ends the run after this batch or epoch; what it has learned is kept.
    pub fn stop(&mut self) {
        self.stopping = true;
    }

    /// The record of the last finished epoch.
    pub fn last_epoch(&self) -> Option<&Epoch> {
        self.history.epochs.last()
    }
}
