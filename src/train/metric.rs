//! Scores of a model's outputs on the validation batches.

use super::callback::Callback;
use super::mean::Mean;
use super::run::{Run, Step};
use crate::{Result, Tensor};

/// A function that scores (output, target).
pub(super) type Score<'a> = Box<dyn Fn(&Tensor, &Tensor) -> Result<f64> + 'a>;

/// The mean of a score over the validation images.
pub(super) struct MeanMetric<'a> {
    name: String,
    score: Score<'a>,
    mean: Mean,
}

impl<'a> MeanMetric<'a> {
    pub fn new(name: &str, score: Score<'a>) -> Self {
        MeanMetric {
            name: name.to_owned(),
            score,
            mean: Mean::default(),
        }
    }
}

impl Callback for MeanMetric<'_> {
    fn on_validation_begin(&mut self, _: &mut Run) -> Result<()> {
        self.mean = Mean::default();
        Ok(())
    }

    fn on_validation_batch_end(&mut self, run: &mut Run) -> Result<()> {
        if let Some(step) = &run.step {
            let Step { output, target, .. } = step;
            // Metrics refuse NaN. It ruins this epoch, but a run whose training loss is finite can go on.
            let score = match step.loss.is_nan() {
                true => f64::NAN,
                false => (self.score)(output, target)?,
            };
            self.mean.add(score, output.dim(0)?);
        }
        Ok(())
    }

    fn on_validation_end(&mut self, run: &mut Run) -> Result<()> {
        run.metrics.push((self.name.clone(), self.mean.value()));
        Ok(())
    }
}

/// A score of all validation outputs at once.
pub(super) struct EpochMetric<'a> {
    name: String,
    score: Score<'a>,
    outputs: Vec<Tensor>,
    targets: Vec<Tensor>,
}

impl<'a> EpochMetric<'a> {
    pub fn new(name: &str, score: Score<'a>) -> Self {
        EpochMetric {
            name: name.to_owned(),
            score,
            outputs: Vec::new(),
            targets: Vec::new(),
        }
    }
}

impl Callback for EpochMetric<'_> {
    fn on_validation_begin(&mut self, _: &mut Run) -> Result<()> {
        self.outputs.clear();
        self.targets.clear();
        Ok(())
    }

    fn on_validation_batch_end(&mut self, run: &mut Run) -> Result<()> {
        if let Some(Step { output, target, .. }) = &run.step {
            self.outputs.push(output.clone());
            self.targets.push(target.clone());
        }
        Ok(())
    }

    fn on_validation_end(&mut self, run: &mut Run) -> Result<()> {
        let score = match run.valid_loss.is_some_and(f64::is_nan) {
            true => f64::NAN,
            false => {
                let outputs = Tensor::cat(&self.outputs, 0)?;
                let targets = Tensor::cat(&self.targets, 0)?;
                (self.score)(&outputs, &targets)?
            }
        };
        run.metrics.push((self.name.clone(), score));
        Ok(())
    }
}
