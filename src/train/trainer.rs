//! What trains a model, and the settings of a run.

use super::adam::Adam;
use super::best_weights::BestWeights;
use super::callback::Callback;
use super::checkpoint::Checkpoint;
use super::clock::Clock;
use super::early_stopping::EarlyStopping;
use super::frozen::Frozen;
use super::history::History;
use super::metric::{EpochMetric, MeanMetric};
use super::optimizer::Optimizer;
use super::plan::Plan;
use super::run::Run;
use super::schedule::Schedule;
use super::scheduling::Scheduling;
use super::training_loop::{Callbacks, Loss, Work, epochs};
use crate::data::Batches;
use crate::display::interrupt::Guard;
use crate::nn::Module;
use crate::{Error, Result, Tensor};
use std::path::Path;

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
    frozen: Frozen,
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
            frozen: Frozen::default(),
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

    /// Leaves these parameters as they are: one, such as `encoder.first.weight`, or all of a layer, such as `encoder`. Call it again
    /// for more. (The running statistics of batch normalisation still follow the batches.)
    pub fn frozen(mut self, name: &str) -> Self {
        self.frozen.add(name);
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
    /// validation loss. A run that is interrupted within its first epoch keeps what it has.
    ///
    /// If the training loss is no longer a finite number, the run ends and says where and what to try; the best weights and the
    /// history are kept ([`History::diverged`] tells), or if there are none yet, it is an error. Parameters that no gradient reaches
    /// are named after the first step, unless they are [`frozen`](Trainer::frozen).
    ///
    /// # Errors
    /// When there is nothing to train on or to validate on, a batch cannot be read or does not fit, no parameter gets a gradient,
    /// what is frozen is not there, or the loss is not a finite number before any epoch was the best.
    pub fn fit(self, train: &dyn Batches, valid: &dyn Batches) -> Result<History> {
        self.run(train, Some(valid))
    }

    /// [`Trainer::fit`] without validation: the best epoch is the one with the smallest training loss, which says nothing about
    /// images that the model has not seen, and metrics are not computed.
    ///
    /// # Errors
    /// As [`Trainer::fit`].
    pub fn fit_without_validation(self, train: &dyn Batches) -> Result<History> {
        self.run(train, None)
    }

    fn run(self, train: &dyn Batches, valid: Option<&dyn Batches>) -> Result<History> {
        let no_batch = |kind: &str, advice: &str| {
            Error::Invalid(format!(
                "fit: there is no {kind} batch: is the data set empty, or smaller than a batch with `.drop_last(true)`?{advice}"
            ))
        };
        if train.is_empty() {
            return Err(no_batch("training", ""));
        }
        if valid.is_some_and(Batches::is_empty) {
            let advice = " To train without validation, call `.fit_without_validation(&train)`.";
            return Err(no_batch("validation", advice));
        }
        self.frozen.check(&self.model.parameters())?;
        let _guard = Guard::new();
        let plan = Plan {
            epochs: self.epochs,
            batches: train.len(),
            validates: valid.is_some(),
        };
        let mut run = Run::new(plan, self.model, self.optimizer);
        let mut callbacks: Callbacks<'a> = vec![
            Box::new(Clock::new()),
            Box::new(Scheduling::new(self.schedule)),
            Box::new(BestWeights::default()),
        ];
        callbacks.extend(self.callbacks);
        let work = Work {
            train,
            valid,
            loss: &*self.loss,
            frozen: &self.frozen,
        };
        callbacks.on_train_begin(&mut run)?;
        let outcome = epochs(&mut run, &mut callbacks, &work);
        run.model.eval();
        callbacks.on_train_end(&mut run)?;
        outcome.map(|()| run.history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::BatchIterator;
    use crate::display::interrupt;
    use crate::nn::{self, Conv2d, Layers, Sequential};
    use crate::train::test_runs::TURN;
    use crate::train::{Epoch, Sgd, evaluate};
    use crate::{ops, sequential};
    use candle_core::Device;

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
            .fit(&Squares(1), &Squares(1))
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
}
