//! The weights of the best epoch.

use super::callback::Callback;
use super::criterion::Criterion;
use super::run::Run;
use super::saved_state::SavedState;
use crate::{Result, Tensor};
use candle_core::DType;

/// Keeps the weights of the best epoch, and gives them back to the model at the end.
pub(super) struct BestWeights {
    criterion: Criterion,
    /// Their score, and they themselves.
    best: Option<(f64, Vec<Tensor>)>,
}

impl BestWeights {
    pub fn new(criterion: Criterion) -> Self {
        BestWeights {
            criterion,
            best: None,
        }
    }
}

impl Callback for BestWeights {
    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        let Some(epoch) = run.last_epoch() else {
            return Ok(());
        };
        let (number, score) = (epoch.epoch, self.criterion.score(epoch)?);
        // NaN is never the best.
        let is_best = match &self.best {
            Some((largest, _)) => score > *largest,
            None => !score.is_nan(),
        };
        if is_best {
            let weights = run.model.parameters().snapshot()?;
            // Without validation, nobody has seen what the epoch's last step did.
            if are_finite(&weights)? {
                self.best = Some((score, weights));
                run.history.best_epoch = Some(number);
            }
        }
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run) -> Result<()> {
        match &self.best {
            Some((_, weights)) => run.model.parameters().restore(weights),
            None => Ok(()),
        }
    }

    fn state(&self) -> Result<SavedState> {
        let mut state = SavedState::default();
        if let Some((score, weights)) = &self.best {
            state.set_number("score", *score)?;
            for (number, weights) in weights.iter().enumerate() {
                state.set(&format!("weights.{number}"), weights.clone());
            }
        }
        Ok(state)
    }

    fn load_state(&mut self, state: &SavedState) -> Result<()> {
        self.best = None;
        if !state.is_empty() {
            let weights = state.part("weights");
            let in_order =
                (0..weights.iter().count()).map(|number| weights.get(&number.to_string()).cloned());
            self.best = Some((state.number("score")?, in_order.collect::<Result<_>>()?));
        }
        Ok(())
    }
}

fn are_finite(weights: &[Tensor]) -> Result<bool> {
    for weights in weights {
        // NaN and infinities stay in a sum.
        let sum = weights.sum_all()?.to_dtype(DType::F64)?;
        if !sum.to_scalar::<f64>()?.is_finite() {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::test_runs::{Points, Witness, a_line, squared_error, turn, weights};
    use crate::train::{Sgd, Trainer};
    use std::cell::Cell;

    #[test]
    fn a_validation_loss_of_nan_is_never_the_best() {
        let _turn = turn();
        let (model, mut witness) = (a_line(), Witness::default());
        let is_first = Cell::new(true);
        let loss = |output: &Tensor, target: &Tensor| {
            let loss = squared_error(output, target)?;
            match !loss.track_op() && is_first.take() {
                true => Ok((loss * f64::NAN)?),
                false => Ok(loss),
            }
        };
        let history = Trainer::new(&model, loss)
            .optimizer(Sgd::new(0.01))
            .epochs(3)
            .callback(&mut witness)
            .fit(&Points(&[4, 4]), &Points(&[2]))
            .unwrap();
        assert!(history.epochs[0].valid_loss.unwrap().is_nan());
        assert_eq!(history.best_epoch, Some(3));
        assert_eq!(weights(&model), witness.weights[2]);
    }

    #[test]
    fn a_last_step_that_throws_the_weights_out_is_not_the_best_epoch() {
        /// Makes the second epoch's step far too large.
        struct Leap;
        impl Callback for Leap {
            fn on_batch_begin(&mut self, run: &mut Run) -> Result<()> {
                if run.epoch == 2 {
                    run.optimizer.set_learning_rate(f64::INFINITY);
                }
                Ok(())
            }
        }
        let _turn = turn();
        let (model, mut witness) = (a_line(), Witness::default());
        let history = Trainer::new(&model, squared_error)
            .optimizer(Sgd::new(0.01))
            .epochs(2)
            .callback(Leap)
            .callback(&mut witness)
            .fit_without_validation(&Points(&[4]))
            .unwrap();
        assert!(history.epochs[1].train_loss < history.epochs[0].train_loss);
        assert!(!witness.weights[1][0][0].is_finite());
        assert_eq!(history.best_epoch, Some(1));
        assert_eq!(weights(&model), witness.weights[0]);
    }
}
