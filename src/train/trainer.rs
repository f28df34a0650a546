//! The training loop.

use super::adam::Adam;
use super::callback::{Batch, Callback, Control, Plan};
use super::history::{Epoch, History};
use super::optimizer::Optimizer;
use super::schedule::Schedule;
use crate::data::Batches;
use crate::display::interrupt::{Guard, interrupted};
use crate::nn::Model;
use crate::ops::backward;
use crate::{Error, Result};
use candle_core::Tensor;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A loss or metric of (output, target).
type Loss<'a> = Box<dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + 'a>;
type Metric<'a> = Box<dyn Fn(&Tensor, &Tensor) -> Result<f64> + 'a>;

/// Trains a model: for each epoch all training batches, then the validation batches.
///
/// An interrupt stops the run at the next batch; what was learned and recorded so far is kept.
///
/// ```no_run
/// use candle_core::Device;
/// use eosin::{metrics, nn::UNet, ops, train::{Adam, Trainer}};
/// # fn run(train: &dyn eosin::data::Batches, valid: &dyn eosin::data::Batches) -> eosin::Result<()> {
/// let model = UNet::new(42, &Device::Cpu)?;
/// let history = Trainer::new(&model, ops::bce_dice_loss)
///     .optimizer(Adam::new(1e-3))
///     .epochs(10)
///     .metric("dice", metrics::dice)
///     .early_stopping(3)
///     .fit(train, valid)?;
/// # Ok(())
/// # }
/// ```
pub struct Trainer<'a> {
    model: &'a dyn Model,
    loss: Loss<'a>,
    optimizer: Box<dyn Optimizer + 'a>,
    schedule: Schedule,
    epochs: usize,
    metrics: Vec<(String, Metric<'a>)>,
    callbacks: Vec<Box<dyn Callback + 'a>>,
    patience: Option<usize>,
    checkpoint: Option<PathBuf>,
}

impl<'a> Trainer<'a> {
    /// Trains `model` to make `loss` small; by default 10 epochs of Adam with a learning rate of 0.001.
    pub fn new(
        model: &'a dyn Model,
        loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + 'a,
    ) -> Self {
        Trainer {
            model,
            loss: Box::new(loss),
            optimizer: Box::new(Adam::new(1e-3)),
            schedule: Schedule::default(),
            epochs: 10,
            metrics: Vec::new(),
            callbacks: Vec::new(),
            patience: None,
            checkpoint: None,
        }
    }

    pub fn optimizer(mut self, optimizer: impl Optimizer + 'a) -> Self {
        self.optimizer = Box::new(optimizer);
        self
    }

    /// How the optimizer's learning rate changes from batch to batch; by default it stays.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// A score to compute on the validation batches; the mean over images is recorded.
    pub fn metric(
        mut self,
        name: &str,
        metric: impl Fn(&Tensor, &Tensor) -> Result<f64> + 'a,
    ) -> Self {
        self.metrics.push((name.to_owned(), Box::new(metric)));
        self
    }

    pub fn callback(mut self, callback: impl Callback + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Stops when the validation loss has not become smaller for `patience` epochs.
    pub fn early_stopping(mut self, patience: usize) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Writes the best weights so far to this safetensors file, after each epoch that was the best.
    pub fn checkpoint(mut self, path: impl AsRef<Path>) -> Self {
        self.checkpoint = Some(path.as_ref().to_owned());
        self
    }

    /// Trains. Afterwards the model holds the weights of the best epoch: that with the smallest validation loss, or
    /// training loss when `valid` has no batches. A run that was interrupted within its first epoch keeps what it has.
    ///
    /// # Errors
    /// When there is nothing to train on, a batch cannot be read or does not fit, or the loss is no longer a number.
    pub fn fit(mut self, train: &dyn Batches, valid: &dyn Batches) -> Result<History> {
        if train.is_empty() {
            return Err(Error::Invalid(
                "fit: there is no training batch; is the data set empty?".to_owned(),
            ));
        }
        let plan = Plan {
            epochs: self.epochs,
            batches: train.len(),
            validates: !valid.is_empty(),
        };
        let _guard = Guard::new();
        let mut history = History::default();
        for callback in &mut self.callbacks {
            callback.on_train_begin(&plan)?;
        }
        let outcome = self.run(&plan, train, valid, &mut history);
        for callback in &mut self.callbacks {
            callback.on_train_end(&history)?;
        }
        outcome.map(|()| history)
    }

    fn run(
        &mut self,
        plan: &Plan,
        train: &dyn Batches,
        valid: &dyn Batches,
        history: &mut History,
    ) -> Result<()> {
        let begun = Instant::now();
        let base_rate = self.optimizer.learning_rate();
        let mut best: Option<(f64, Vec<Tensor>)> = None;
        let mut clock = Clock::default();
        for epoch in 1..=self.epochs {
            let epoch_begun = Instant::now();
            let mut mean = Mean::default();
            for (index, batch) in train.batches(epoch).enumerate() {
                if interrupted() {
                    history.interrupted = true;
                    return self.keep_best(best);
                }
                let (input, target) = beside(self.model, batch?)?;
                let batches_so_far = history.batch_losses.len();
                let rate = self.schedule.learning_rate(base_rate, batches_so_far, plan);
                self.optimizer.set_learning_rate(rate);
                let loss = self.step(&input, &target)?;
                if !loss.is_finite() {
                    return Err(Error::Invalid(format!(
                        "fit: the loss is {loss} in epoch {epoch}, batch {}: try a smaller learning rate (it is {}), and \
                         look whether the data hold NaN",
                        index + 1,
                        self.optimizer.learning_rate()
                    )));
                }
                history.batch_losses.push(loss);
                mean.add(loss, input.dim(0)?);
                clock.trained(epoch_begun.elapsed(), index + 1);
                let state = Batch {
                    epoch,
                    batch: index + 1,
                    loss,
                    mean_loss: mean.value(),
                    elapsed: begun.elapsed(),
                    remaining: clock.remaining(plan, epoch, index + 1),
                };
                if self.tell(|callback| callback.on_batch_end(plan, history, &state))?
                    == Control::Stop
                {
                    return self.keep_best(best);
                }
            }
            let validation_begun = Instant::now();
            let validation = match plan.validates {
                true => validate(self.model, &self.loss, &self.metrics, valid, epoch)?,
                false => None,
            };
            if plan.validates && validation.is_none() {
                history.interrupted = true;
                return self.keep_best(best);
            }
            clock.validation = validation_begun.elapsed();
            let valid_loss = validation.as_ref().map(|evaluation| evaluation.loss);
            let record = Epoch {
                epoch,
                train_loss: mean.value(),
                valid_loss,
                metrics: validation
                    .map(|evaluation| evaluation.metrics)
                    .unwrap_or_default(),
                learning_rate: self.optimizer.learning_rate(),
                seconds: epoch_begun.elapsed().as_secs_f64(),
            };
            history.epochs.push(record.clone());
            let score = valid_loss.unwrap_or(record.train_loss);
            if best.as_ref().is_none_or(|(smallest, _)| score < *smallest) {
                best = Some((score, self.model.parameters().snapshot()?));
                history.best_epoch = Some(epoch);
                if let Some(path) = &self.checkpoint {
                    self.model.parameters().save(path)?;
                }
            }
            let told = self.tell(|callback| callback.on_epoch_end(plan, history, &record))?;
            let waited = epoch - history.best_epoch.unwrap_or(epoch);
            if told == Control::Stop
                || self
                    .patience
                    .is_some_and(|patience| waited >= patience.max(1))
            {
                break;
            }
        }
        self.keep_best(best)
    }

    /// Forward, loss, backward, optimizer.
    fn step(&mut self, input: &Tensor, target: &Tensor) -> Result<f64> {
        let output = self.model.forward(input, true)?;
        let loss = (self.loss)(&output, target)?;
        let gradients = backward(&loss)?;
        self.optimizer.step(self.model.parameters(), &gradients)?;
        scalar(&loss)
    }

    fn tell(
        &mut self,
        mut event: impl FnMut(&mut Box<dyn Callback + 'a>) -> Result<Control>,
    ) -> Result<Control> {
        let mut control = Control::Continue;
        for callback in &mut self.callbacks {
            if event(callback)? == Control::Stop {
                control = Control::Stop;
            }
        }
        Ok(control)
    }

    fn keep_best(&self, best: Option<(f64, Vec<Tensor>)>) -> Result<()> {
        match best {
            Some((_, weights)) => self.model.parameters().restore(&weights),
            None => Ok(()),
        }
    }
}

/// A function that scores (output, target), with its name.
pub type Score<'a> = (&'a str, fn(&Tensor, &Tensor) -> Result<f64>);

/// Means over batches.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    pub loss: f64,
    /// By name, in the order asked for.
    pub metrics: Vec<(String, f64)>,
}

/// The mean loss and metrics of a model over batches, without training it.
///
/// # Errors
/// When a batch cannot be read or does not fit.
pub fn evaluate(
    model: &dyn Model,
    loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    metrics: &[Score],
    batches: &dyn Batches,
) -> Result<Evaluation> {
    let _guard = Guard::new();
    let metrics: Vec<(String, Metric)> = metrics
        .iter()
        .map(|&(name, metric)| (name.to_owned(), Box::new(metric) as Metric))
        .collect();
    validate(model, &(Box::new(loss) as Loss), &metrics, batches, 0)?
        .ok_or_else(|| Error::Invalid("evaluate: it was interrupted".to_owned()))
}

/// Mean loss and metrics, or nothing when it was interrupted.
fn validate(
    model: &dyn Model,
    loss: &Loss,
    metrics: &[(String, Metric)],
    batches: &dyn Batches,
    epoch: usize,
) -> Result<Option<Evaluation>> {
    let mut mean = Mean::default();
    let mut means: Vec<Mean> = metrics.iter().map(|_| Mean::default()).collect();
    for batch in batches.batches(epoch) {
        if interrupted() {
            return Ok(None);
        }
        let (input, target) = beside(model, batch?)?;
        let output = model.forward(&input, false)?.detach();
        let images = input.dim(0)?;
        mean.add(scalar(&loss(&output, &target)?)?, images);
        for (mean, (_, metric)) in means.iter_mut().zip(metrics) {
            mean.add(metric(&output, &target)?, images);
        }
    }
    let named = metrics
        .iter()
        .zip(&means)
        .map(|((name, _), mean)| (name.clone(), mean.value()))
        .collect();
    Ok(Some(Evaluation {
        loss: mean.value(),
        metrics: named,
    }))
}

/// A batch on the model's device: batches are made on the CPU.
fn beside(model: &dyn Model, (input, target): (Tensor, Tensor)) -> Result<(Tensor, Tensor)> {
    match model.parameters().iter().next() {
        Some((_, variable)) => {
            let device = variable.device();
            Ok((input.to_device(device)?, target.to_device(device)?))
        }
        None => Ok((input, target)),
    }
}

/// The one number that is read from a GPU in a training step, for the live curve and to notice a loss that explodes.
fn scalar(loss: &Tensor) -> Result<f64> {
    if loss.elem_count() != 1 {
        return Err(Error::Invalid(format!(
            "the loss must be one number, it has shape {:?}",
            loss.shape()
        )));
    }
    Ok(loss
        .flatten_all()?
        .get(0)?
        .to_dtype(candle_core::DType::F64)?
        .to_scalar()?)
}

/// A mean over samples: a smaller last batch counts less.
#[derive(Default)]
struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    fn add(&mut self, value: f64, count: usize) {
        self.sum += value * count as f64;
        self.count += count;
    }

    fn value(&self) -> f64 {
        self.sum / self.count.max(1) as f64
    }
}

/// How long batches and validation take, and so how long the rest will.
#[derive(Default)]
struct Clock {
    batch: Duration,
    validation: Duration,
}

impl Clock {
    fn trained(&mut self, elapsed: Duration, batches: usize) {
        self.batch = elapsed / u32::try_from(batches).unwrap_or(u32::MAX);
    }

    fn remaining(&self, plan: &Plan, epoch: usize, batch: usize) -> Duration {
        let left = (plan.epochs - epoch) * plan.batches + plan.batches.saturating_sub(batch);
        let validations = if plan.validates {
            plan.epochs - epoch + 1
        } else {
            0
        };
        self.batch.mul_f64(left as f64) + self.validation.mul_f64(validations as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::BatchIterator;
    use crate::display::interrupt;
    use crate::nn::{Builder, Conv2d, Parameters};
    use crate::ops;
    use crate::train::Sgd;
    use candle_core::Device;
    use std::sync::Mutex;

    /// The interrupt flag belongs to the process: runs that must not see another test's take turns.
    static TURN: Mutex<()> = Mutex::new(());

    struct Small {
        first: Conv2d,
        last: Conv2d,
        parameters: Parameters,
    }

    impl Small {
        fn new(seed: u64) -> Self {
            let mut builder = Builder::new(seed, &Device::Cpu);
            let first = builder
                .layer("first", |builder| Conv2d::new(1, 4, 3, 1, builder))
                .unwrap();
            let last = builder
                .layer("last", |builder| Conv2d::new(4, 1, 1, 0, builder))
                .unwrap();
            Small {
                first,
                last,
                parameters: builder.finish(),
            }
        }
    }

    impl Model for Small {
        fn forward(&self, input: &Tensor, _train: bool) -> Result<Tensor> {
            self.last
                .forward(&ops::elu(&self.first.forward(input)?, 1.0)?)
        }

        fn parameters(&self) -> &Parameters {
            &self.parameters
        }
    }

    /// Bright squares, to be told from a dark ground.
    struct Squares(usize);

    impl Batches for Squares {
        fn batches(&self, _epoch: usize) -> BatchIterator<'_> {
            Box::new((0..self.0).map(|index| {
                let pixel = |x: usize, y: usize| {
                    f32::from(u8::from((2 + index..6 + index).contains(&x) && y > 3))
                };
                let mask: Vec<f32> = (0..144).map(|i| pixel(i % 12, i / 12)).collect();
                let image: Vec<f32> = mask.iter().map(|mask| 0.2 + 0.5 * mask).collect();
                let shape = (1, 1, 12, 12);
                Ok((
                    Tensor::from_vec(image, shape, &Device::Cpu)?,
                    Tensor::from_vec(mask, shape, &Device::Cpu)?,
                ))
            }))
        }

        fn len(&self) -> usize {
            self.0
        }
    }

    fn weights(model: &Small) -> Vec<Vec<f32>> {
        model
            .parameters
            .iter()
            .map(|(_, variable)| variable.flatten_all().unwrap().to_vec1().unwrap())
            .collect()
    }

    fn train(model: &Small) -> Trainer<'_> {
        Trainer::new(model, ops::bce_dice_loss)
            .optimizer(Adam::new(0.02))
            .metric("dice", crate::metrics::dice)
    }

    fn without_time(mut history: History) -> History {
        history
            .epochs
            .iter_mut()
            .for_each(|epoch| epoch.seconds = 0.0);
        history
    }

    #[test]
    fn a_model_learns_and_the_seed_decides_how() {
        let _turn = TURN.lock();
        interrupt::clear();
        let (one, two) = (Small::new(7), Small::new(7));
        let history = train(&one)
            .epochs(30)
            .fit(&Squares(4), &Squares(2))
            .unwrap();
        let (first, last) = (&history.epochs[0], &history.epochs[29]);
        assert!(last.train_loss < 0.3 * first.train_loss, "{history:?}");
        assert!(last.metrics[0].1 > 0.95, "{last:?}");
        assert_eq!(history.batch_losses.len(), 120);
        let again = train(&two)
            .epochs(30)
            .fit(&Squares(4), &Squares(2))
            .unwrap();
        assert_eq!(without_time(history), without_time(again));
        assert_eq!(weights(&one), weights(&two));
    }

    struct InterruptAfter(usize);

    impl Callback for InterruptAfter {
        fn on_batch_end(&mut self, _: &Plan, history: &History, _: &Batch) -> Result<Control> {
            if history.batch_losses.len() == self.0 {
                // What the notebook's stop button does.
                signal_hook::low_level::raise(signal_hook::consts::SIGINT).unwrap();
            }
            Ok(Control::Continue)
        }
    }

    #[test]
    fn an_interrupt_keeps_the_history() {
        let _turn = TURN.lock();
        interrupt::clear();
        let model = Small::new(1);
        let history = train(&model)
            .epochs(9)
            .callback(InterruptAfter(6))
            .fit(&Squares(4), &Squares(2))
            .unwrap();
        interrupt::clear();
        assert!(history.interrupted);
        assert_eq!((history.epochs.len(), history.batch_losses.len()), (1, 6));
    }

    #[test]
    fn early_stopping_leaves_the_best_weights_and_their_checkpoint() {
        let _turn = TURN.lock();
        interrupt::clear();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("best.safetensors");
        let model = Small::new(1);
        // A learning rate at which the loss soon goes up.
        let history = Trainer::new(&model, ops::bce_dice_loss)
            .optimizer(Sgd::new(40.0))
            .epochs(50)
            .early_stopping(2)
            .checkpoint(&path)
            .fit(&Squares(3), &Squares(2))
            .unwrap();
        let best = history.best_epoch.unwrap();
        assert_eq!(history.epochs.len(), best + 2);
        let loaded = Small::new(2);
        loaded.parameters.load(&path).unwrap();
        assert_eq!(weights(&loaded), weights(&model));
        let loss = evaluate(&model, ops::bce_dice_loss, &[], &Squares(2))
            .unwrap()
            .loss;
        assert_eq!(Some(loss), history.epochs[best - 1].valid_loss);
    }

    #[test]
    fn nothing_to_train_on_and_a_loss_that_explodes_are_told() {
        let _turn = TURN.lock();
        interrupt::clear();
        let model = Small::new(1);
        assert!(
            train(&model)
                .fit(&Squares(0), &Squares(1))
                .unwrap_err()
                .to_string()
                .contains("no training batch")
        );
        let exploding = Trainer::new(&model, |output, _| Ok((output.sum_all()? * f64::INFINITY)?));
        let message = exploding
            .fit(&Squares(1), &Squares(0))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("epoch 1, batch 1") && message.contains("learning rate"),
            "{message}"
        );
    }
}
