//! Runs that are cut and go on.

use super::Trainer;
use super::test_runs::{Points, a_line, squared_error, turn, weights, without_time};
use super::{Adam, AdamW, Callback, History, Optimizer, RmsProp, Run, SavedState, Schedule, Sgd};
use crate::nn::{Dropout, Layers, Linear, Module, Parameters, Visitor};
use crate::{Error, Gradients, Result, Tensor, sequential};
use candle_core::Device;
use std::path::Path;

/// Ends a run with an error when this epoch begins, and counts all epochs.
#[derive(Default)]
struct Cut {
    at: usize,
    epochs: usize,
    notes: Vec<String>,
}

impl Callback for Cut {
    fn on_epoch_begin(&mut self, run: &mut Run) -> Result<()> {
        match run.epoch == self.at {
            true => Err(Error::Invalid("cut".to_owned())),
            false => Ok(()),
        }
    }

    fn on_epoch_end(&mut self, _: &mut Run) -> Result<()> {
        self.epochs += 1;
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run) -> Result<()> {
        self.notes.clone_from(&run.notes);
        Ok(())
    }

    fn state(&self) -> Result<SavedState> {
        let mut state = SavedState::default();
        state.set_number("epochs", self.epochs as f64)?;
        Ok(state)
    }

    fn load_state(&mut self, state: &SavedState) -> Result<()> {
        self.epochs = state.number("epochs")? as usize;
        Ok(())
    }
}

fn optimizers() -> [Box<dyn Optimizer>; 6] {
    [
        Box::new(Sgd::new(0.01)),
        Box::new(Sgd::new(0.01).momentum(0.9).nesterov(true)),
        Box::new(RmsProp::new(0.01).momentum(0.5).centered(true)),
        Box::new(Adam::new(0.01).weight_decay(0.1)),
        Box::new(AdamW::new(0.01)),
        Box::new(AdamW::new(0.01).betas(0.8, 0.9)),
    ]
}

/// A boxed optimizer as one.
struct Boxed(Box<dyn Optimizer>);

impl Optimizer for Boxed {
    fn step(&mut self, parameters: &Parameters, gradients: &Gradients) -> Result<()> {
        self.0.step(parameters, gradients)
    }

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.0.set_learning_rate(learning_rate);
    }

    fn settings(&self) -> String {
        self.0.settings()
    }

    fn state(&self, parameters: &Parameters) -> Result<SavedState> {
        self.0.state(parameters)
    }

    fn load_state(&mut self, parameters: &Parameters, state: &SavedState) -> Result<()> {
        self.0.load_state(parameters, state)
    }
}

/// A short run with the optimizer of this number.
fn short(number: usize, model: &Linear, cut: &mut Cut, file: Option<&Path>) -> Result<History> {
    let optimizer = optimizers().into_iter().nth(number).unwrap();
    let trainer = Trainer::new(model, squared_error)
        .optimizer(Boxed(optimizer))
        .schedule(Schedule::one_cycle())
        .epochs(5)
        .callback(cut);
    let trainer = match file {
        Some(file) => trainer.resumable(file),
        None => trainer,
    };
    trainer.fit(&Points(&[4, 3]), &Points(&[2]))
}

#[test]
fn every_optimizer_schedule_and_callback_goes_on_where_it_was() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    for number in 0..optimizers().len() {
        let file = folder.path().join(number.to_string());
        let (uncut, resumed) = (a_line(), a_line());
        let mut cut = Cut::default();
        let wanted = short(number, &uncut, &mut cut, None).unwrap();
        let mut cut = Cut {
            at: 3,
            ..Cut::default()
        };
        short(number, &a_line(), &mut cut, Some(&file)).unwrap_err();
        let mut cut = Cut::default();
        let history = short(number, &resumed, &mut cut, Some(&file)).unwrap();
        assert_eq!(without_time(history.clone()), without_time(wanted));
        assert_eq!(weights(&resumed), weights(&uncut));
        assert_eq!(cut.epochs, 5);
        assert!(
            cut.notes[0].contains("goes on after epoch 2 of 5"),
            "{:?}",
            cut.notes
        );

        let (again, mut cut) = (a_line(), Cut::default());
        assert_eq!(
            short(number, &again, &mut cut, Some(&file)).unwrap(),
            history
        );
        assert_eq!(weights(&again), weights(&uncut));
        assert_eq!(cut.epochs, 5, "no epoch was repeated");
        assert!(cut.notes[0].contains("has ended before"), "{:?}", cut.notes);
    }
}

#[test]
fn a_file_that_does_not_fit_is_refused_and_changes_nothing() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run");
    let line = a_line();
    let trainer = |model| {
        Trainer::new(model, squared_error)
            .optimizer(Sgd::new(0.01))
            .epochs(2)
    };
    let batches = Points(&[4, 3]);
    trainer(&line)
        .resumable(&file)
        .fit_without_validation(&batches)
        .unwrap();
    let written = std::fs::read(&file).unwrap();
    let refused = |trainer: Trainer, batches: &Points, reason: &str| {
        let before = weights(&line);
        let message = trainer.resumable(&file).fit_without_validation(batches);
        let message = message.unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
        assert!(message.contains("elete the file"), "{message}");
        assert_eq!(weights(&line), before);
    };
    let wide = Linear::new(1, 2).init(1, &Device::Cpu).unwrap();
    refused(
        trainer(&wide),
        &batches,
        "`weight` has shape [1, 1] there, the model needs [2, 1]",
    );
    let deep = sequential![Linear::new(1, 1)]
        .init(1, &Device::Cpu)
        .unwrap();
    refused(trainer(&deep), &batches, "`0.weight` is missing there");
    let dropping = Dropping(a_line(), Dropout::new(0.5));
    refused(trainer(&dropping), &batches, "draw at random");
    refused(
        trainer(&line),
        &Points(&[4]),
        "the number of training batches: 2 there, 1 here",
    );
    refused(
        trainer(&line).epochs(3),
        &batches,
        "the number of epochs: 2 there, 3 here",
    );
    refused(
        trainer(&line).optimizer(Sgd::new(0.1)),
        &batches,
        "the learning rate: 0.01 there, 0.1 here",
    );
    refused(
        trainer(&line).optimizer(Adam::new(0.01)),
        &batches,
        "the optimizer: Sgd (momentum 0.0",
    );
    refused(
        trainer(&line).schedule(Schedule::cosine()),
        &batches,
        "the schedule: Constant there",
    );

    for length in [0, 7, 20, written.len() / 2, written.len() - 1] {
        std::fs::write(&file, &written[..length]).unwrap();
        refused(trainer(&line), &batches, "not a complete file of a run");
        assert_eq!(std::fs::read(&file).unwrap(), written[..length]);
    }
    line.parameters().save(&file).unwrap();
    refused(trainer(&line), &batches, "not that of a run");
    let version = b"version\\\":1";
    let mut windows = written.windows(version.len());
    let place = windows.position(|bytes| bytes == version).unwrap();
    let mut changed = written.clone();
    changed[place + version.len() - 1] = b'9';
    std::fs::write(&file, changed).unwrap();
    refused(trainer(&line), &batches, "its format is number 9");
}

/// A line, and dropout that it does not use.
struct Dropping(Linear, Dropout);

impl Layers for Dropping {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.0.visit(visitor);
        self.1.visit(visitor);
    }
}

impl Module for Dropping {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self.0.forward(input)
    }
}

/// Does nothing, and does not say what it keeps.
struct Silent;

impl Optimizer for Silent {
    fn step(&mut self, _: &Parameters, _: &Gradients) -> Result<()> {
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        0.0
    }

    fn set_learning_rate(&mut self, _: f64) {}
}

#[test]
fn an_optimizer_that_cannot_be_resumed_is_refused_before_the_first_batch() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let (model, file) = (a_line(), folder.path().join("run"));
    let run = Trainer::new(&model, squared_error)
        .optimizer(Silent)
        .resumable(&file);
    let message = run
        .fit_without_validation(&Points(&[4]))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("Silent") && message.contains("`load_state`"),
        "{message}"
    );
    assert!(!file.exists());
}
