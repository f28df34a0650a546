//! What trains a model, and the settings of a run.

use super::adam::Adam;
use super::best_weights::BestWeights;
use super::callback::Callback;
use super::checkpoint::Checkpoint;
use super::clip_gradients::Clipping;
use super::clock::Clock;
use super::criterion::Criterion;
use super::early_stopping::EarlyStopping;
use super::frozen::Frozen;
use super::history::History;
use super::metric::{EpochMetric, MeanMetric};
use super::optimizer::Optimizer;
use super::plan::Plan;
use super::resume::Resume;
use super::run::Run;
use super::schedule::Schedule;
use super::scheduling::Scheduling;
use super::training_loop::{Callbacks, Loss, Work, epochs};
use crate::data::Batches;
use crate::display::interrupt::Guard;
use crate::nn::Module;
use crate::{Error, Result, Tensor};
use std::path::{Path, PathBuf};

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
    clipping: Option<Clipping>,
    criterion: Criterion,
    /// The names of the metrics, in the order in which you added them.
    metrics: Vec<String>,
    patience: Option<usize>,
    resumes_from: Option<PathBuf>,
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
            clipping: None,
            criterion: Criterion::default(),
            metrics: Vec::new(),
            patience: None,
            resumes_from: None,
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

    /// Makes the gradients of each step smaller if their norm is above `max_norm`: see
    /// [`clip_gradient_norm`](super::clip_gradient_norm). Frozen parameters do not count.
    pub fn clip_gradients(mut self, max_norm: f64) -> Self {
        self.clipping = Some(Clipping::Norm(max_norm));
        self
    }

    /// Brings every element of the gradients of each step into `-max_value..=max_value`: see
    /// [`clip_gradient_value`](super::clip_gradient_value).
    pub fn clip_gradient_values(mut self, max_value: f64) -> Self {
        self.clipping = Some(Clipping::Value(max_value));
        self
    }

    /// A score of each validation batch, such as the accuracy; the mean over images is recorded.
    pub fn metric(
        mut self,
        name: &str,
        metric: impl Fn(&Tensor, &Tensor) -> Result<f64> + 'a,
    ) -> Self {
        self.metrics.push(name.to_owned());
        self.callback(MeanMetric::new(name, Box::new(metric)))
    }

    /// A score of all validation outputs at once, such as an AUC, which is not a mean over batches.
    pub fn epoch_metric(
        mut self,
        name: &str,
        metric: impl Fn(&Tensor, &Tensor) -> Result<f64> + 'a,
    ) -> Self {
        self.metrics.push(name.to_owned());
        self.callback(EpochMetric::new(name, Box::new(metric)))
    }

    /// The best epoch is the one in which this metric is the largest, such as `"dice"`, instead of the one with the smallest loss. The
    /// weights at the end, the checkpoint and early stopping follow it. NaN is never the best.
    pub fn best_by(mut self, metric: &str) -> Self {
        self.criterion = Criterion::Largest(metric.to_owned());
        self
    }

    /// As [`best_by`](Trainer::best_by), for a metric that is better the smaller it is, such as a distance.
    pub fn best_by_smallest(mut self, metric: &str) -> Self {
        self.criterion = Criterion::Smallest(metric.to_owned());
        self
    }

    /// Something that looks at the run or changes it; callbacks are called in the order in which you add them.
    pub fn callback(mut self, callback: impl Callback + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Stops when no epoch was the best for `patience` epochs: when the validation loss has not become smaller, or what
    /// [`best_by`](Trainer::best_by) names has not become better.
    pub fn early_stopping(mut self, patience: usize) -> Self {
        self.patience = Some(patience);
        self.callback(EarlyStopping { patience })
    }

    /// Writes the best weights so far to this safetensors file, after each epoch that was the best.
    pub fn checkpoint(self, path: impl AsRef<Path>) -> Self {
        self.callback(Checkpoint(path.as_ref().to_owned()))
    }

    /// Writes the whole run to this safetensors file after each epoch, and goes on from there if the file is there when
    /// [`fit`](Trainer::fit) begins: a run that was cut, whatever cut it, ends as if nothing had happened, with the same weights and
    /// history bit for bit (but for the seconds). A run that has ended is not repeated: the model gets its weights, and you its history.
    ///
    /// The file keeps weights and buffers, what the optimizer keeps, the best weights, the history, how far dropout has drawn, and how
    /// often [`Augment`](crate::data::Augment) has read each sample. Make model, data and trainer as for the first run; a file of
    /// another model or with other settings is refused. What it cannot know: the loss, the samples themselves, random numbers that you
    /// draw in `forward`, in a loss, or in `Batches` of your own, and what callbacks keep that do not say so
    /// ([`Callback::state`]).
    ///
    /// ```
    /// use eosin::prelude::*;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("run.safetensors");
    /// let digits = DataLoader::new(Mnist::synthetic(20, 10, 1).train, 10).shuffle(1);
    /// let train = || -> Result<History> {
    ///     let model = nn::sequential![nn::Flatten, nn::Linear::new(784, 10)].init(1, &Device::Cpu)?;
    ///     Trainer::new(&model, ops::cross_entropy).epochs(2).resumable(&path).fit_without_validation(&digits)
    /// };
    /// // The second time it has ended already.
    /// assert_eq!(train()?, train()?);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    pub fn resumable(mut self, path: impl AsRef<Path>) -> Self {
        self.resumes_from = Some(path.as_ref().to_owned());
        self
    }

    /// Trains. Afterwards the model is in evaluation mode and holds the weights of the best epoch: the one with the smallest
    /// validation loss, or what [`best_by`](Trainer::best_by) says. A run that is interrupted within its first epoch keeps what it has.
    ///
    /// If the training loss is no longer a finite number, the run ends and says where and what to try; the best weights and the
    /// history are kept ([`History::diverged`] tells), or if there are none yet, it is an error. Parameters that no gradient reaches
    /// are named after the first step, unless they are [`frozen`](Trainer::frozen).
    ///
    /// # Errors
    /// When there is nothing to train on or to validate on, a batch cannot be read or does not fit, no parameter gets a gradient,
    /// what is frozen or compared is not there, a limit is not above 0, the loss is not a finite number before any epoch was the best, or
    /// the file to resume from is of another run or cannot be read or written.
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
        self.criterion.check(&self.metrics, valid.is_some())?;
        if let Some(clipping) = self.clipping {
            clipping.check("clip_gradients")?;
        }
        let _guard = Guard::new();
        let plan = Plan {
            epochs: self.epochs,
            batches: train.len(),
            validates: valid.is_some(),
        };
        let settings = self.settings(train, valid);
        let mut run = Run::new(plan, self.model, self.optimizer);
        let mut callbacks: Callbacks<'a> = vec![
            Box::new(Clock::new()),
            Box::new(Scheduling::new(self.schedule)),
            Box::new(BestWeights::new(self.criterion)),
        ];
        callbacks.extend(self.callbacks);
        let work = Work {
            train,
            valid,
            loss: &*self.loss,
            frozen: &self.frozen,
            clipping: self.clipping,
            resume: self.resumes_from.map(|path| Resume {
                path,
                settings,
                batches: [Some(train), valid].into_iter().flatten().collect(),
            }),
        };
        callbacks.on_train_begin(&mut run)?;
        let goes_on = match &work.resume {
            Some(resume) => resume.begin(&mut run, &mut callbacks)?,
            None => true,
        };
        let outcome = match goes_on {
            true => epochs(&mut run, &mut callbacks, &work),
            false => Ok(()),
        };
        run.model.eval();
        callbacks.on_train_end(&mut run)?;
        outcome.map(|()| run.history)
    }

    /// All that decides what the run does and can be written down, as names and values.
    fn settings(&self, train: &dyn Batches, valid: Option<&dyn Batches>) -> Vec<(String, String)> {
        let settings = [
            ("the number of epochs", self.epochs.to_string()),
            ("the number of training batches", train.len().to_string()),
            (
                "the number of validation batches",
                valid.map_or(0, Batches::len).to_string(),
            ),
            ("the optimizer", self.optimizer.settings()),
            (
                "the learning rate",
                format!("{:?}", self.optimizer.learning_rate()),
            ),
            ("the schedule", format!("{:?}", self.schedule)),
            ("what is frozen", format!("{:?}", self.frozen)),
            ("the limit of gradients", format!("{:?}", self.clipping)),
            ("what is best", format!("{:?}", self.criterion)),
            (
                "the patience of early stopping",
                format!("{:?}", self.patience),
            ),
            ("the metrics", format!("{:?}", self.metrics)),
            (
                "the number of metrics and callbacks",
                self.callbacks.len().to_string(),
            ),
        ];
        settings
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec()
    }
}
