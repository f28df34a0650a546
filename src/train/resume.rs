//! A run that goes on where it ended.

use super::callback::Callback;
use super::history::{Epoch, History};
use super::run::Run;
use super::run_file::{Record, RunFile, VERSION};
use super::saved_state::SavedState;
use crate::data::Batches;
use crate::nn::{draws, set_draws};
use crate::{Error, Result, Tensor};
use candle_core::Device;
use std::path::PathBuf;

/// Writes all that a run needs in order to go on, after each epoch, and reads it when the run begins.
pub(super) struct Resume<'w> {
    pub path: PathBuf,
    /// What the run is going to do: see [`Record::settings`].
    pub settings: Vec<(String, String)>,
    /// Those of training, then those of validation.
    pub batches: Vec<&'w dyn Batches>,
}

impl Resume<'_> {
    /// Brings the run where the file was written, if there is one. Says whether any epoch is to come.
    pub fn begin(&self, run: &mut Run, callbacks: &mut dyn Callback) -> Result<bool> {
        match RunFile::read(&self.path)? {
            Some(file) => self.load(run, callbacks, &file),
            None => {
                // A run that cannot be kept is refused before its first batch.
                self.gather(run, callbacks, false)?;
                Ok(true)
            }
        }
    }

    pub fn write(&self, run: &Run, callbacks: &dyn Callback, finished: bool) -> Result<()> {
        self.gather(run, callbacks, finished)?.write(&self.path)
    }

    fn gather(&self, run: &Run, callbacks: &dyn Callback, finished: bool) -> Result<RunFile> {
        let parameters = run.model.parameters();
        let mut tensors = SavedState::default();
        let mut weights = SavedState::default();
        for (name, variable) in parameters.iter().chain(parameters.buffers()) {
            weights.set(name, variable.as_detached_tensor());
        }
        tensors.set_part("model", weights);
        tensors.set_part("optimizer", run.optimizer.state(&parameters)?);
        tensors.set_part("callbacks", callbacks.state()?);
        tensors.set_part("history", numbers_of(&run.history)?);
        let draws = draws(run.model).concat();
        let draws: Vec<i64> = draws.iter().map(|&number| number as i64).collect();
        tensors.set("draws", on_cpu(draws)?);
        for (number, reads) in self.reads().into_iter().enumerate() {
            tensors.set(&format!("reads.{number}"), on_cpu(reads)?);
        }
        let names = |epoch: &Epoch| {
            let metrics = epoch.metrics.iter();
            metrics.map(|(name, _)| name.clone()).collect()
        };
        let record = Record {
            version: VERSION,
            settings: self.settings.clone(),
            finished,
            best_epoch: run.history.best_epoch,
            metrics: run.history.epochs.iter().map(names).collect(),
        };
        Ok(RunFile { record, tensors })
    }

    /// How often the samples of each data set that counts have been read.
    fn reads(&self) -> Vec<Vec<u32>> {
        let mut counts = Vec::new();
        for batches in &self.batches {
            batches.visit_reads(&mut |reads| counts.push(reads.counts()));
        }
        counts
    }

    /// Model and data are changed only if all of the file fits.
    fn load(&self, run: &mut Run, callbacks: &mut dyn Callback, file: &RunFile) -> Result<bool> {
        let refuse = |reason: String| {
            Error::Invalid(format!(
                "{}: it is of another run: {reason}. Make this run like the one that was cut, choose another file with `.resumable`, \
                 or delete the file to train from the beginning",
                self.path.display()
            ))
        };
        for ((name, here), (_, there)) in self.settings.iter().zip(&file.record.settings) {
            if here != there {
                return Err(refuse(format!("{name}: {there} there, {here} here")));
            }
        }
        let tensors = &file.tensors;
        let weights =
            weights_for(run, &tensors.part("model")).map_err(|error| refuse(error.to_string()))?;
        let draws_there: Vec<i64> = tensors.get("draws")?.to_vec1()?;
        let draws_there: Vec<[u64; 2]> = draws_there
            .chunks_exact(2)
            .map(|pair| [pair[0] as u64, pair[1] as u64])
            .collect();
        if draws_there.len() != draws(run.model).len() {
            return Err(refuse(
                "the model has other layers that draw at random".to_owned(),
            ));
        }
        let mut reads_there = Vec::new();
        for (number, here) in self.reads().iter().enumerate() {
            let name = format!("reads.{number}");
            let there: Option<Vec<u32>> = tensors.get(&name).and_then(Tensor::to_vec1).ok();
            reads_there.push(
                there
                    .filter(|there| there.len() == here.len())
                    .ok_or_else(|| {
                        refuse(format!(
                            "the augmented data set of {} samples is not the one there",
                            here.len()
                        ))
                    })?,
            );
        }
        let mut history = history_of(&tensors.part("history"), &file.record)?;
        if !run.plan.validates {
            history
                .epochs
                .iter_mut()
                .for_each(|epoch| epoch.valid_loss = None);
        }
        let parameters = run.model.parameters();
        run.optimizer
            .load_state(&parameters, &tensors.part("optimizer"))?;
        callbacks.load_state(&tensors.part("callbacks"))?;

        parameters.restore(&weights)?;
        set_draws(run.model, &draws_there);
        let mut reads_there = reads_there.into_iter();
        let mut outcome = Ok(());
        for batches in &self.batches {
            batches.visit_reads(&mut |reads| {
                if let (Ok(()), Some(counts)) = (&outcome, reads_there.next()) {
                    outcome = reads.set(&counts);
                }
            });
        }
        outcome?;
        run.history = history;
        let (done, all) = (run.history.epochs.len(), run.plan.epochs);
        run.tell(match file.record.finished {
            true => format!(
                "This run has ended before, after epoch {done}: its model and history come from {}. To train anew, delete the file.",
                self.path.display()
            ),
            false => format!("The run goes on after epoch {done} of {all}, from {}.", self.path.display()),
        });
        Ok(!file.record.finished)
    }
}

/// The values for all parameters and buffers of the run's model, in their order, if all are there and none is left.
fn weights_for(run: &Run, there: &SavedState) -> Result<Vec<Tensor>> {
    let parameters = run.model.parameters();
    let mut weights = Vec::new();
    for (name, variable) in parameters.iter().chain(parameters.buffers()) {
        let found = there.get(name).ok();
        let fits = found.filter(|tensor| {
            tensor.dims() == variable.dims() && tensor.dtype() == variable.dtype()
        });
        let tensor = fits.ok_or_else(|| {
            let there = found.map_or("is missing".to_owned(), |tensor| {
                format!("has shape {:?}", tensor.dims())
            });
            let here = variable.dims();
            Error::Invalid(format!(
                "parameter `{name}` {there} there, the model needs {here:?}"
            ))
        })?;
        weights.push(tensor.clone());
    }
    let known = |name: &str| parameters.get(name).is_ok();
    match there.iter().find(|(name, _)| !known(name)) {
        Some((name, _)) => Err(Error::Invalid(format!(
            "parameter `{name}` is there, and the model has none"
        ))),
        None => Ok(weights),
    }
}

/// All numbers of a history. In the table each epoch has a row.
fn numbers_of(history: &History) -> Result<SavedState> {
    let mut saved = SavedState::default();
    let row = |epoch: &Epoch| {
        [
            epoch.train_loss,
            epoch.valid_loss.unwrap_or(f64::NAN),
            epoch.learning_rate,
            epoch.seconds,
        ]
    };
    let rows: Vec<[f64; 4]> = history.epochs.iter().map(row).collect();
    let metrics = history.epochs.iter().flat_map(|epoch| &epoch.metrics);
    saved.set("epochs", on_cpu(rows.concat())?);
    saved.set(
        "metrics",
        on_cpu(metrics.map(|(_, value)| *value).collect())?,
    );
    saved.set("batch_losses", on_cpu(history.batch_losses.clone())?);
    Ok(saved)
}

fn history_of(saved: &SavedState, record: &Record) -> Result<History> {
    let rows: Vec<f64> = saved.get("epochs")?.to_vec1()?;
    let metrics: Vec<f64> = saved.get("metrics")?.to_vec1()?;
    let mut metrics = metrics.into_iter();
    let epochs = (1..).zip(rows.chunks_exact(4)).zip(&record.metrics);
    let epochs = epochs.map(|((epoch, row), names)| Epoch {
        epoch,
        train_loss: row[0],
        valid_loss: Some(row[1]),
        metrics: names.iter().cloned().zip(metrics.by_ref()).collect(),
        learning_rate: row[2],
        seconds: row[3],
    });
    Ok(History {
        epochs: epochs.collect(),
        batch_losses: saved.get("batch_losses")?.to_vec1()?,
        interrupted: false,
        best_epoch: record.best_epoch,
    })
}

fn on_cpu<N: candle_core::WithDType>(numbers: Vec<N>) -> Result<Tensor> {
    let count = numbers.len();
    Tensor::from_vec(numbers, count, &Device::Cpu)
}
