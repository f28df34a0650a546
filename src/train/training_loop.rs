//! What happens in each epoch and with each batch.

use super::ahead::ahead;
use super::batch::{scalar, to_device};
use super::callback::Callback;
use super::clip_gradients::Clipping;
use super::frozen::Frozen;
use super::mean::Mean;
use super::resume::Resume;
use super::run::{Run, Step};
use crate::data::{BatchIterator, Batches};
use crate::nn::evaluating;
use crate::ops::backward;
use crate::{Error, Result, Tensor};

/// A loss of (output, target).
pub(super) type Loss<'a> = dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + 'a;
pub(super) type Callbacks<'a> = Vec<Box<dyn Callback + 'a>>;

/// What the loop works with, the same for all epochs.
pub(super) struct Work<'w, 'a> {
    pub train: &'w dyn Batches,
    /// Nothing for a run without validation.
    pub valid: Option<&'w dyn Batches>,
    pub loss: &'w Loss<'a>,
    pub frozen: &'w Frozen,
    pub clipping: Option<Clipping>,
    /// Where the run is written to after each epoch.
    pub resume: Option<Resume<'w>>,
}

pub(super) fn epochs<'a>(
    run: &mut Run<'a>,
    callbacks: &mut Callbacks<'a>,
    work: &Work<'_, 'a>,
) -> Result<()> {
    // A run that is resumed has a history.
    for epoch in run.history.epochs.len() + 1..=run.plan.epochs {
        run.begin_epoch(epoch);
        callbacks.on_epoch_begin(run)?;
        ahead(work.train, epoch, |batches| {
            train_epoch(run, callbacks, work, batches)
        })?;
        if let Some(valid) = work.valid
            && !run.stopping
        {
            ahead(valid, epoch, |batches| {
                validate(run, callbacks, work.loss, batches)
            })?;
        }
        // An epoch that is not finished has no record.
        if run.stopping {
            break;
        }
        run.record_epoch();
        callbacks.on_epoch_end(run)?;
        if let Some(resume) = &work.resume {
            resume.write(run, callbacks, run.stopping || epoch == run.plan.epochs)?;
        }
        if run.stopping {
            break;
        }
    }
    Ok(())
}

/// The seven steps, for each batch.
fn train_epoch<'a>(
    run: &mut Run<'a>,
    callbacks: &mut Callbacks<'a>,
    work: &Work<'_, 'a>,
    batches: BatchIterator,
) -> Result<()> {
    let parameters = run.model.parameters();
    let device = parameters.device();
    let mut mean = Mean::default();
    run.model.train();
    for batch in batches {
        if run.is_over() {
            break;
        }
        run.batch += 1;
        callbacks.on_batch_begin(run)?;
        // 1. The batch goes to the device.
        let (input, target) = to_device(batch?, &device)?;
        // 2. Forward.
        let output = run.model.forward(&input);
        let output = output.map_err(|error| in_batch(error, run, &input))?;
        // 3. The loss.
        let loss = (work.loss)(&output, &target).map_err(|error| in_batch(error, run, &input))?;
        // 4. No old gradients to clear: each store is new.
        // 5. Backward.
        let mut gradients = backward(&loss)?;
        let loss = scalar(&loss)?;
        // A step by gradients that are not numbers would leave no weights to go on with.
        if !loss.is_finite() {
            run.history.batch_losses.push(loss);
            return give_up(run, &format!("the loss is {loss}"));
        }
        if run.history.batch_losses.is_empty()
            && let Some(note) = work.frozen.note(&parameters, &gradients)?
        {
            run.tell(note);
        }
        work.frozen.withhold(&parameters, &mut gradients);
        if let Some(clipping) = work.clipping {
            let norm = clipping.apply(&parameters, &mut gradients)?;
            if !norm.is_finite() {
                run.history.batch_losses.push(loss);
                return give_up(run, &format!("the norm of the gradients is {norm}"));
            }
        }
        // 6. The optimizer's step.
        run.optimizer.step(&parameters, &gradients)?;
        // 7. The loss is recorded.
        mean.add(loss, input.dim(0)?);
        run.mean_loss = mean.value();
        run.history.batch_losses.push(loss);
        run.step = Some(Step::new(input, target, &output, loss));
        callbacks.on_batch_end(run)?;
    }
    Ok(())
}

/// Forward and loss alone, for each batch.
fn validate<'a>(
    run: &mut Run<'a>,
    callbacks: &mut Callbacks<'a>,
    loss: &Loss<'a>,
    batches: BatchIterator,
) -> Result<()> {
    let model = run.model;
    let device = model.parameters().device();
    let mut mean = Mean::default();
    callbacks.on_validation_begin(run)?;
    evaluating(model, || {
        for batch in batches {
            if run.is_over() {
                break;
            }
            let (input, target) = to_device(batch?, &device)?;
            let output = model.forward(&input)?;
            let loss = scalar(&loss(&output, &target)?)?;
            mean.add(loss, input.dim(0)?);
            run.step = Some(Step::new(input, target, &output, loss));
            callbacks.on_validation_batch_end(run)?;
        }
        Ok::<_, Error>(())
    })?;
    if run.stopping {
        return Ok(());
    }
    run.valid_loss = Some(mean.value());
    callbacks.on_validation_end(run)
}

/// Ends a run in which something is not a finite number: with an error, unless there are weights worth keeping.
fn give_up(run: &mut Run, what: &str) -> Result<()> {
    let what = format!(
        "{what} in epoch {}, batch {}; try a smaller learning rate (it is {}), and check whether the data contain NaN",
        run.epoch,
        run.batch,
        run.optimizer.learning_rate()
    );
    let Some(best) = run.history.best_epoch else {
        return Err(Error::Invalid(format!("fit: {what}")));
    };
    run.tell(format!(
        "The training has stopped, because {what}. The model has the weights of epoch {best}, the best so far."
    ));
    run.stop();
    Ok(())
}

/// The error, with the batch that it came from.
fn in_batch(error: Error, run: &Run, input: &Tensor) -> Error {
    let images = match input.dims().first() {
        Some(1) => "1 image".to_owned(),
        count => format!("{} images", count.unwrap_or(&0)),
    };
    Error::Invalid(format!(
        "fit: epoch {}, batch {} of {} ({images}): {error}",
        run.epoch, run.batch, run.plan.batches
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{BatchNorm2d, Layers, Module};
    use crate::train::test_runs::{Points, Witness, a_line, squared_error, turn, weights};
    use crate::train::{Sgd, Trainer};
    use candle_core::Device;
    use std::cell::Cell;

    /// The squared error, but `strange` in this training batch, counted from 1.
    fn strange_in(batch: usize, strange: f64) -> impl Fn(&Tensor, &Tensor) -> Result<Tensor> {
        let batches = Cell::new(0);
        move |output: &Tensor, target: &Tensor| {
            let loss = squared_error(output, target)?;
            batches.set(batches.get() + usize::from(loss.track_op()));
            match loss.track_op() && batches.get() == batch {
                true => Ok((loss * strange)?),
                false => Ok(loss),
            }
        }
    }

    #[test]
    fn a_loss_that_explodes_keeps_the_best_weights_and_the_history() {
        let _turn = turn();
        for strange in [f64::NAN, f64::INFINITY] {
            let (model, mut witness) = (a_line(), Witness::default());
            let history = Trainer::new(&model, strange_in(6, strange))
                .optimizer(Sgd::new(0.01))
                .callback(&mut witness)
                .fit(&Points(&[3, 4]), &Points(&[2]))
                .unwrap();
            assert_eq!((history.epochs.len(), history.best_epoch), (2, Some(2)));
            assert_eq!(
                (history.batch_losses.len(), history.diverged()),
                (6, Some(3))
            );
            assert_eq!(weights(&model), witness.weights[1]);
            let note = &witness.notes[0];
            assert!(note.contains(&format!("the loss is {strange} in epoch 3, batch 2")));
            assert!(note.contains("a smaller learning rate (it is 0.01)"));
            assert!(note.contains("the weights of epoch 2"));
        }
    }

    #[test]
    fn a_loss_that_explodes_in_the_first_epoch_is_an_error_and_takes_no_step() {
        let _turn = turn();
        let model = a_line();
        let before = weights(&model);
        let run = Trainer::new(&model, strange_in(1, f64::NAN));
        let message = run.fit(&Points(&[3, 4]), &Points(&[2])).unwrap_err();
        let message = message.to_string();
        assert!(message.contains("in epoch 1, batch 1"), "{message}");
        assert!(message.contains("a smaller learning rate"), "{message}");
        assert_eq!(weights(&model), before);
    }

    #[test]
    fn metrics_of_an_epoch_whose_validation_loss_is_nan_are_nan() {
        let _turn = turn();
        let model = a_line();
        // NaN in the second of three epochs of validation.
        let validations = Cell::new(0);
        let loss = |output: &Tensor, target: &Tensor| {
            let loss = squared_error(output, target)?;
            validations.set(validations.get() + usize::from(!loss.track_op()));
            match !loss.track_op() && validations.get() == 2 {
                true => Ok((loss * f64::NAN)?),
                false => Ok(loss),
            }
        };
        let history = Trainer::new(&model, loss)
            .epochs(3)
            .metric("mean", |_, _| Ok(0.5))
            .epoch_metric("whole", |_, _| Ok(0.5))
            .fit(&Points(&[4]), &Points(&[2]))
            .unwrap();
        for name in ["mean", "whole"] {
            let scores = history
                .epochs
                .iter()
                .map(|epoch| epoch.metric(name).unwrap());
            let are_nan: Vec<bool> = scores.map(f64::is_nan).collect();
            assert_eq!(are_nan, [false, true, false], "{name}");
        }
        assert_ne!(history.best_epoch, Some(2));
    }

    #[test]
    fn a_batch_that_fails_is_named() {
        #[derive(Layers)]
        struct Normalised(BatchNorm2d);
        impl Module for Normalised {
            fn forward(&self, input: &Tensor) -> Result<Tensor> {
                self.0.forward(&input.reshape(((), 1, 1, 1))?)
            }
        }
        let _turn = turn();
        let model = Normalised(BatchNorm2d::new(1));
        let model = model.init(1, &Device::Cpu).unwrap();
        let run = Trainer::new(&model, |output, _| output.sum_all());
        let message = run.fit(&Points(&[4, 4, 1]), &Points(&[2])).unwrap_err();
        let message = message.to_string();
        assert!(
            message.contains("epoch 1, batch 3 of 3 (1 image): batch_norm"),
            "{message}"
        );
        assert!(message.contains(".drop_last(true)"), "{message}");
    }

    #[test]
    fn validation_has_batches_or_is_left_out_on_purpose() {
        let _turn = turn();
        let model = a_line();
        let run = || Trainer::new(&model, squared_error).epochs(1);
        let message = run().fit(&Points(&[4]), &Points(&[])).unwrap_err();
        let message = message.to_string();
        assert!(message.contains("no validation batch"), "{message}");
        assert!(message.contains("fit_without_validation"), "{message}");
        let history = run().fit_without_validation(&Points(&[4])).unwrap();
        assert_eq!(history.epochs[0].valid_loss, None);
        assert_eq!(history.best_epoch, Some(1));
    }
}
