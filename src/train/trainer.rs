//! The training loop.

use super::adam::Adam;
use super::batch::{scalar, to_device};
use super::best_weights::BestWeights;
use super::callback::Callback;
use super::checkpoint::Checkpoint;
use super::clock::Clock;
use super::early_stopping::EarlyStopping;
use super::history::History;
use super::mean::Mean;
use super::metric::{EpochMetric, MeanMetric};
use super::optimizer::Optimizer;
use super::plan::Plan;
use super::run::{Run, Step};
use super::schedule::Schedule;
use super::scheduling::Scheduling;
use crate::data::Batches;
use crate::display::interrupt::Guard;
use crate::nn::{Module, evaluating};
use crate::ops::backward;
use crate::{Error, Result, Tensor};
use std::path::Path;

/// A loss of (output, target).
type Loss<'a> = dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + 'a;
type Callbacks<'a> = Vec<Box<dyn Callback + 'a>>;

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
    model: &'a dyn Module,
    loss: Box<Loss<'a>>,
    optimizer: Box<dyn Optimizer + 'a>,
    schedule: Schedule,
    epochs: usize,
    callbacks: Callbacks<'a>,
}

impl<'a> Trainer<'a> {
    /// Trains `model` to make `loss` small; by default 10 epochs of Adam with a learning rate of 0.001.
    pub fn new(
        model: &'a dyn Module,
        loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + 'a,
    ) -> Self {
        Trainer {
            model,
            loss: Box::new(loss),
            optimizer: Box::new(Adam::new(1e-3)),
            schedule: Schedule::default(),
            epochs: 10,
            callbacks: Vec::new(),
        }
    }

    pub fn optimizer(mut self, optimizer: impl Optimizer + 'a) -> Self {
        self.optimizer = Box::new(optimizer);
        self
    }

    /// How the optimizer's learning rate changes from batch to batch; by default it stays the same.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// A score of each validation batch, such as the accuracy; the mean over images is recorded.
    pub fn metric(self, name: &str, metric: impl Fn(&Tensor, &Tensor) -> Result<f64> + 'a) -> Self {
        self.callback(MeanMetric::new(name, Box::new(metric)))
    }

    /// A score of all validation outputs at once, such as an AUC, which is not a mean over batches.
    pub fn epoch_metric(
        self,
        name: &str,
        metric: impl Fn(&Tensor, &Tensor) -> Result<f64> + 'a,
    ) -> Self {
        self.callback(EpochMetric::new(name, Box::new(metric)))
    }

    /// Something that looks at the run or changes it; callbacks are called in the order in which you add them.
    pub fn callback(mut self, callback: impl Callback + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Stops when the validation loss has not become smaller for `patience` epochs.
    pub fn early_stopping(self, patience: usize) -> Self {
        self.callback(EarlyStopping { patience })
    }

    /// Writes the best weights so far to this safetensors file, after each epoch that was the best.
    pub fn checkpoint(self, path: impl AsRef<Path>) -> Self {
        self.callback(Checkpoint(path.as_ref().to_owned()))
    }

    /// Trains. Afterwards the model is in evaluation mode and holds the weights of the best epoch: the one with the smallest
    /// validation loss, or training loss when `valid` has no batches. A run that is interrupted within its first epoch keeps what
    /// it has.
    ///
    /// # Errors
    /// When there is nothing to train on, a batch cannot be read or does not fit, or the loss is no longer a finite number.
    pub fn fit(self, train: &dyn Batches, valid: &dyn Batches) -> Result<History> {
        if train.is_empty() {
            return Err(Error::Invalid(
                "fit: there is no training batch; is the data set empty?".to_owned(),
            ));
        }
        let _guard = Guard::new();
        let plan = Plan {
            epochs: self.epochs,
            batches: train.len(),
            validates: !valid.is_empty(),
        };
        let mut run = Run::new(plan, self.model, self.optimizer);
        let mut callbacks: Callbacks<'a> = vec![
            Box::new(Clock::new()),
            Box::new(Scheduling::new(self.schedule)),
            Box::new(BestWeights::default()),
        ];
        callbacks.extend(self.callbacks);

        callbacks.on_train_begin(&mut run)?;
        let outcome = epochs(&mut run, &mut callbacks, &*self.loss, train, valid);
        run.model.eval();
        callbacks.on_train_end(&mut run)?;
        outcome.map(|()| run.history)
    }
}

fn epochs<'a>(
    run: &mut Run<'a>,
    callbacks: &mut Callbacks<'a>,
    loss: &Loss<'a>,
    train: &dyn Batches,
    valid: &dyn Batches,
) -> Result<()> {
    for epoch in 1..=run.plan.epochs {
        run.begin_epoch(epoch);
        callbacks.on_epoch_begin(run)?;
        train_epoch(run, callbacks, loss, train)?;
        if run.plan.validates && !run.stopping {
            validate(run, callbacks, loss, valid)?;
        }
        // An epoch that is not finished has no record.
        if run.stopping {
            break;
        }
        run.record_epoch();
        callbacks.on_epoch_end(run)?;
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
    loss: &Loss<'a>,
    batches: &dyn Batches,
) -> Result<()> {
    let parameters = run.model.parameters();
    let device = parameters.device();
    let mut mean = Mean::default();
    run.model.train();
    for batch in batches.batches(run.epoch) {
        if run.is_over() {
            break;
        }
        run.batch += 1;
        callbacks.on_batch_begin(run)?;
        // 1. The batch goes to the device.
        let (input, target) = to_device(batch?, &device)?;
        // 2. Forward.
        let output = run.model.forward(&input)?;
        // 3. The loss.
        let loss = loss(&output, &target)?;
        // 4. No old gradients to clear: each store is new.
        // 5. Backward.
        let gradients = backward(&loss)?;
        // 6. The optimizer's step.
        run.optimizer.step(&parameters, &gradients)?;
        // 7. The loss is recorded.
        let loss = finite(scalar(&loss)?, run)?;
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
    batches: &dyn Batches,
) -> Result<()> {
    let model = run.model;
    let device = model.parameters().device();
    let mut mean = Mean::default();
    callbacks.on_validation_begin(run)?;
    evaluating(model, || {
        for batch in batches.batches(run.epoch) {
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

fn finite(loss: f64, run: &Run) -> Result<f64> {
    match loss.is_finite() {
        true => Ok(loss),
        false => Err(Error::Invalid(format!(
            "fit: the loss is {loss} in epoch {}, batch {}: try a smaller learning rate (it is {}), and check whether the data \
             contain NaN",
            run.epoch,
            run.batch,
            run.optimizer.learning_rate()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::BatchIterator;
    use crate::display::interrupt;
    use crate::nn::{self, Conv2d, Layers, Sequential};
    use crate::train::{Epoch, Sgd, evaluate};
    use crate::{ops, sequential};
    use candle_core::Device;
    use std::sync::Mutex;

    /// The interrupt flag belongs to the process: runs that must not see another test's take turns.
    static TURN: Mutex<()> = Mutex::new(());

    fn small(seed: u64) -> Sequential {
        let model = sequential![
            Conv2d::new(1, 4, 3).padding(1),
            nn::Elu(1.0),
            Conv2d::new(4, 1, 1)
        ];
        model.init(seed, &Device::Cpu).unwrap()
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

    fn weights(model: &Sequential) -> Vec<Vec<f32>> {
        let parameters = model.parameters();
        parameters
            .iter()
            .map(|(_, variable)| variable.flatten_all().unwrap().to_vec1().unwrap())
            .collect()
    }

    fn train(model: &Sequential) -> Trainer<'_> {
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
        let (one, two) = (small(7), small(7));
        let history = train(&one)
            .epochs(30)
            .fit(&Squares(4), &Squares(2))
            .unwrap();
        let (first, last) = (&history.epochs[0], &history.epochs[29]);
        assert!(last.train_loss < 0.3 * first.train_loss, "{history:?}");
        assert!(last.metric("dice").unwrap() > 0.95, "{last:?}");
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
        fn on_batch_end(&mut self, run: &mut Run) -> Result<()> {
            if run.history.batch_losses.len() == self.0 {
                // What the notebook's stop button does.
                signal_hook::low_level::raise(signal_hook::consts::SIGINT).unwrap();
            }
            Ok(())
        }
    }

    #[test]
    fn an_interrupt_keeps_the_history() {
        let _turn = TURN.lock();
        interrupt::clear();
        let model = small(1);
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
        let model = small(1);
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
        let loaded = small(2);
        loaded.load(&path).unwrap();
        assert_eq!(weights(&loaded), weights(&model));
        let loss = evaluate(&model, ops::bce_dice_loss, &[], &Squares(2))
            .unwrap()
            .loss;
        assert_eq!(Some(loss), history.epochs[best - 1].valid_loss);
    }

    #[test]
    fn nothing_to_train_on_and_a_loss_that_explodes_are_errors() {
        let _turn = TURN.lock();
        interrupt::clear();
        let model = small(1);
        assert!(
            train(&model)
                .fit(&Squares(0), &Squares(1))
                .unwrap_err()
                .to_string()
                .contains("no training batch")
        );
        let exploding = Trainer::new(&model, |output, _| output.sum_all()? * f64::INFINITY);
        let message = exploding
            .fit(&Squares(1), &Squares(0))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("epoch 1, batch 1") && message.contains("learning rate"),
            "{message}"
        );
    }

    /// A callback with state of its own, borrowed by the trainer.
    #[derive(Default)]
    struct Best {
        dice: f64,
        epoch: usize,
        shapes: Vec<Vec<usize>>,
    }

    impl Callback for Best {
        fn on_validation_batch_end(&mut self, run: &mut Run) -> Result<()> {
            let step = run.step.as_ref().unwrap();
            self.shapes.push(step.output.dims().to_vec());
            assert!(!step.output.track_op() && step.loss.is_finite());
            Ok(())
        }

        fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
            let epoch: &Epoch = run.last_epoch().unwrap();
            if epoch.metric("dice of all")? > self.dice {
                (self.dice, self.epoch) = (epoch.metric("dice of all")?, epoch.epoch);
            }
            if epoch.epoch == 3 {
                run.stop();
            }
            Ok(())
        }
    }

    #[test]
    fn a_callback_sees_the_run_keeps_state_and_stops_it() {
        let _turn = TURN.lock();
        interrupt::clear();
        let model = small(1);
        let mut best = Best {
            dice: -1.0,
            ..Best::default()
        };
        let history = train(&model)
            .epoch_metric("dice of all", crate::metrics::dice)
            .callback(&mut best)
            .fit(&Squares(2), &Squares(2))
            .unwrap();
        assert_eq!(history.epochs.len(), 3);
        assert_eq!(best.shapes, vec![vec![1, 1, 12, 12]; 6]);
        let epoch = &history.epochs[best.epoch - 1];
        assert_eq!(epoch.metric("dice of all").unwrap(), best.dice);
        let message = epoch.metric("iou").unwrap_err().to_string();
        assert!(message.contains("dice, dice of all"), "{message}");
    }

    #[test]
    fn a_validation_loss_of_nan_is_never_the_best() {
        let _turn = TURN.lock();
        interrupt::clear();
        let model = small(1);
        let validations = std::cell::Cell::new(0);
        let loss = |output: &Tensor, target: &Tensor| {
            let loss = ops::bce_dice_loss(output, target)?;
            validations.set(validations.get() + usize::from(!loss.track_op()));
            match validations.get() == 1 && !loss.track_op() {
                true => Ok((loss * f64::NAN)?),
                false => Ok(loss),
            }
        };
        let history = Trainer::new(&model, loss)
            .epochs(3)
            .fit(&Squares(2), &Squares(1))
            .unwrap();
        assert!(history.epochs[0].valid_loss.unwrap().is_nan());
        assert!(history.best_epoch.unwrap() > 1);
    }
}
