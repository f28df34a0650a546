//! Runs that are cut and go on.

use super::Trainer;
use super::run_file::RunFile;
use super::test_runs::{Points, TURN, a_line, squared_error, turn, weights};
use super::{Adam, AdamW, Callback, History, Optimizer, RmsProp, Run, SavedState, Schedule, Sgd};
use crate::data::{Augment, Batches, DataLoader, GreyImages, Normalize};
use crate::data::{RandomCrop, RandomHorizontalFlip};
use crate::display::interrupt;
use crate::nn::{BatchNorm2d, Conv2d, Dropout, Flatten, Layers, Linear, Module, Parameters, Relu};
use crate::nn::{Sequential, Visitor};
use crate::{Error, Gradients, Result, Tensor, ops, sequential};
use candle_core::Device;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Names the file of the run in the process that is to be killed.
const FILE: &str = "EOSIN_TEST_RESUMES_FROM";

/// Small images, whose class is the brightness of a corner.
fn images(count: usize) -> GreyImages {
    let mut random = ChaCha8Rng::seed_from_u64(count as u64);
    let classes: Vec<u8> = (0..count).map(|_| random.random_range(0..3)).collect();
    let pixel = |class: u8, place: usize| if place < 20 { 60 * class } else { 0 };
    let pixels = classes
        .iter()
        .flat_map(|&class| (0..64).map(move |place| pixel(class, place)));
    let pixels = pixels
        .map(|pixel| pixel + random.random_range(0..120))
        .collect();
    GreyImages::new((8, 8), pixels, classes).unwrap()
}

fn training_batches() -> impl Batches {
    let images = Augment::new(images(24), 1)
        .with(RandomCrop::new(8).padding(1))
        .with(RandomHorizontalFlip::new());
    DataLoader::new(Normalize::new(images, &[0.5], &[0.5]).unwrap(), 5).shuffle(1)
}

/// A network with all that remembers something: dropout, running statistics, and enough weights for the file to take its time.
fn network() -> Sequential {
    let layers = sequential![
        Conv2d::new(1, 4, 3).padding(1),
        BatchNorm2d::new(4),
        Relu,
        Dropout::new(0.3),
        Flatten,
        Linear::new(256, 400),
        Relu,
        Dropout::new(0.2),
        Linear::new(400, 3)
    ];
    layers.init(1, &Device::Cpu).unwrap()
}

fn train(model: &Sequential, file: Option<&Path>) -> History {
    let trainer = Trainer::new(model, ops::cross_entropy)
        .optimizer(Sgd::new(0.05).momentum(0.9))
        .schedule(Schedule::cosine())
        .epochs(16)
        .metric("accuracy", crate::metrics::accuracy)
        .early_stopping(5)
        .clip_gradients(2.0);
    let trainer = match file {
        Some(file) => trainer.resumable(file),
        None => trainer,
    };
    trainer
        .fit(&training_batches(), &DataLoader::new(images(12), 6))
        .unwrap()
}

fn without_time(mut history: History) -> History {
    history
        .epochs
        .iter_mut()
        .for_each(|epoch| epoch.seconds = 0.0);
    history
}

/// All numbers of a run's file except the seconds.
fn content(file: &Path) -> Vec<(String, String)> {
    let tensors = RunFile::read(file).unwrap().unwrap().tensors;
    let tensors = tensors.iter().map(|(name, tensor)| {
        let tensor = match name {
            "history.epochs" => tensor.reshape(((), 4)).unwrap().narrow(1, 0, 3).unwrap(),
            _ => tensor.clone(),
        };
        // As text, for which NaN is equal to NaN.
        let tensor = tensor.flatten_all().unwrap();
        let tensor = tensor.to_dtype(candle_core::DType::F64).unwrap();
        (
            name.to_owned(),
            format!("{:?}", tensor.to_vec1::<f64>().unwrap()),
        )
    });
    tensors.collect()
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_like_one_that_was_never_cut() {
    let _turn = TURN.lock();
    interrupt::clear();
    if let Some(file) = std::env::var_os(FILE) {
        train(&network(), Some(Path::new(&file)));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [uncut_file, cut_file] = ["uncut/run", "cut/run"].map(|name| folder.path().join(name));
    std::fs::create_dir(folder.path().join("cut")).unwrap();
    let uncut = network();
    let history = train(&uncut, Some(&uncut_file));
    let plain = network();
    assert_eq!(
        without_time(train(&plain, None)),
        without_time(history.clone())
    );
    assert_eq!(
        weights(&plain),
        weights(&uncut),
        "to write the file changes nothing"
    );

    let mut random = ChaCha8Rng::seed_from_u64(1);
    let modified = || {
        std::fs::metadata(&cut_file)
            .and_then(|file| file.modified())
            .ok()
    };
    let files = || {
        std::fs::read_dir(folder.path().join("cut"))
            .unwrap()
            .count()
    };
    let (mut kills, mut while_writing) = (0, 0);
    for attempt in 0.. {
        let (before, files_before) = (modified(), files());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "train::resume_tests::a_run_that_is_killed_again_and_again_ends_like_one_that_was_never_cut"])
            .env(FILE, &cut_file)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // An epoch more, so that the run gets on; then at any moment, or while the next file is being written.
        while modified() == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        match attempt % 2 {
            0 => std::thread::sleep(Duration::from_micros(random.random_range(0..20_000))),
            _ => while files() <= files_before.max(1) && child.try_wait().unwrap().is_none() {},
        }
        // SIGKILL, which no process can catch.
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            break;
        }
        kills += 1;
        while_writing += usize::from(files() > files_before.max(1));
    }
    println!("killed {kills} times, {while_writing} times while the file was being written");
    assert!(kills >= 2, "{kills}");

    let resumed = network();
    let from_file = train(&resumed, Some(&cut_file));
    assert_eq!(without_time(from_file), without_time(history));
    assert_eq!(content(&cut_file), content(&uncut_file));
    let numbers = |model: &Sequential| -> Vec<Vec<f32>> {
        let all = model.parameters().snapshot().unwrap();
        all.iter()
            .map(|tensor| tensor.flatten_all().unwrap().to_vec1().unwrap())
            .collect()
    };
    assert_eq!(numbers(&resumed), numbers(&uncut));
}

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
    let newer = String::from_utf8_lossy(&written)
        .find("version\\\":1")
        .unwrap();
    let mut changed = written.clone();
    changed[newer + "version\\\":".len()] = b'9';
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
