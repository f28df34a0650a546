//! Which epoch is the best.

use super::history::Epoch;
use crate::{Error, Result};

/// What epochs are compared by.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Criterion {
    /// The smallest loss.
    #[default]
    Loss,
    /// The largest value of the metric with this name.
    Largest(String),
    /// The smallest value of the metric with this name.
    Smallest(String),
}

impl Criterion {
    /// The larger, the better; NaN is never the best.
    pub fn score(&self, epoch: &Epoch) -> Result<f64> {
        match self {
            Criterion::Loss => Ok(-epoch.loss()),
            Criterion::Largest(name) => epoch.metric(name),
            Criterion::Smallest(name) => Ok(-epoch.metric(name)?),
        }
    }

    /// Whether the run will have the metric.
    pub fn check(&self, metrics: &[String], validates: bool) -> Result<()> {
        let (method, name) = match self {
            Criterion::Loss => return Ok(()),
            Criterion::Largest(name) => ("best_by", name),
            Criterion::Smallest(name) => ("best_by_smallest", name),
        };
        if !validates {
            return Err(Error::Invalid(format!(
                "{method}: metrics are those of validation, and this run has none: call `.fit(&train, &valid)`, or leave `.{method}` out"
            )));
        }
        if metrics.contains(name) {
            return Ok(());
        }
        Err(Error::Invalid(format!(
            "{method}: there is no metric `{name}`; {}",
            match metrics.is_empty() {
                true => format!(
                    "add it with `.metric(\"{name}\", ...)` or `.epoch_metric(\"{name}\", ...)`"
                ),
                false => format!("there are {}", metrics.join(", ")),
            }
        )))
    }
}

#[cfg(test)]
mod tests {
    use crate::train::test_runs::{Points, Witness, a_line, squared_error, turn, weights};
    use crate::train::{Sgd, Trainer};
    use std::cell::Cell;

    /// A trainer with a metric that has these values in its epochs, one validation batch each.
    fn scored<'a>(
        model: &'a crate::nn::Linear,
        scores: &'a [f64],
        epoch: &'a Cell<usize>,
    ) -> Trainer<'a> {
        Trainer::new(model, squared_error)
            .optimizer(Sgd::new(0.01))
            .epochs(scores.len())
            .metric("score", |_, _| {
                epoch.set(epoch.get() + 1);
                Ok(scores[epoch.get() - 1])
            })
    }

    #[test]
    fn best_weights_checkpoint_and_early_stopping_follow_the_metric() {
        let _turn = turn();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("best.safetensors");
        let scores = [0.2, f64::NAN, 0.9, 0.5, 0.9, 0.1, 0.0];
        for (smallest, best, ended) in [(false, 3, 6), (true, 7, 7)] {
            let (model, mut witness, epoch) = (a_line(), Witness::default(), Cell::new(0));
            let trainer = scored(&model, &scores, &epoch).callback(&mut witness);
            let trainer = match smallest {
                true => trainer.best_by_smallest("score"),
                false => trainer.best_by("score"),
            };
            let trainer = trainer.early_stopping(if smallest { 9 } else { 3 });
            let history = trainer
                .checkpoint(&path)
                .fit(&Points(&[4]), &Points(&[2]))
                .unwrap();
            assert_eq!(
                (history.best_epoch, history.epochs.len()),
                (Some(best), ended)
            );
            assert_eq!(weights(&model), witness.weights[best - 1]);
            let loaded = a_line();
            loaded.parameters().load(&path).unwrap();
            assert_eq!(weights(&loaded), weights(&model));
        }
    }

    #[test]
    fn a_metric_that_the_run_will_not_have_is_refused_before_the_first_batch() {
        let _turn = turn();
        let (model, epoch) = (a_line(), Cell::new(0));
        let before = weights(&model);
        let trainer = || scored(&model, &[0.0], &epoch);
        let unknown = trainer().best_by("dice").fit(&Points(&[4]), &Points(&[2]));
        let message = unknown.unwrap_err().to_string();
        assert!(
            message.contains("no metric `dice`; there are score"),
            "{message}"
        );
        let no_validation = trainer()
            .best_by("score")
            .fit_without_validation(&Points(&[4]));
        let message = no_validation.unwrap_err().to_string();
        assert!(
            message.contains("metrics are those of validation"),
            "{message}"
        );
        assert_eq!(weights(&model), before);
    }

    use crate::nn::Layers;
}
