//! A run whose process is killed.

use super::run_file::RunFile;
use super::test_runs::{TURN, weights, without_time};
use super::{History, Schedule, Sgd, Trainer};
use crate::data::{Augment, Batches, DataLoader, GreyImages, Normalize};
use crate::data::{RandomCrop, RandomHorizontalFlip};
use crate::display::interrupt;
use crate::nn::{BatchNorm2d, Conv2d, Dropout, Flatten, Layers, Linear, Relu, Sequential};
use crate::{Tensor, ops, sequential};
use candle_core::Device;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Names the file of the run in the process that is to be killed.
const FILE: &str = "EOSIN_TEST_RESUMES_FROM";
/// How many processes have been killed before.
const ATTEMPT: &str = "EOSIN_TEST_ATTEMPT";

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
    // A break, so that on a busy machine other threads have their turn, too.
    let loss = |output: &Tensor, target: &Tensor| {
        std::thread::sleep(Duration::from_millis(3));
        ops::cross_entropy(output, target)
    };
    let trainer = Trainer::new(model, loss)
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

fn files(run: &Path) -> usize {
    std::fs::read_dir(run.parent().unwrap()).unwrap().count()
}

/// By SIGKILL, which no process can catch: an epoch on, so that the run gets somewhere, and then at any moment or, each second time,
/// while a later file is being written, if that is noticed within two epochs.
fn kill_this_process(run: &Path, attempt: u64) {
    let files_before = files(run).max(1);
    let is_being_written = || files(run) > files_before;
    wait_for_epoch(run, || false);
    match attempt % 2 {
        0 => {
            let moment = ChaCha8Rng::seed_from_u64(attempt).random_range(0..20_000);
            std::thread::sleep(Duration::from_micros(moment));
        }
        _ => (0..2).for_each(|_| wait_for_epoch(run, is_being_written)),
    }
    signal_hook::low_level::raise(signal_hook::consts::SIGKILL).unwrap();
}

/// Until the file is another one, or something else has happened.
fn wait_for_epoch(run: &Path, has_happened: impl Fn() -> bool) {
    let modified = || std::fs::metadata(run).and_then(|file| file.modified()).ok();
    let before = modified();
    while modified() == before && !has_happened() {
        std::thread::yield_now();
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_like_one_that_was_never_cut() {
    let _turn = TURN.lock();
    interrupt::clear();
    if let Some(file) = std::env::var_os(FILE) {
        let file = PathBuf::from(file);
        let attempt = std::env::var(ATTEMPT).unwrap().parse().unwrap();
        let killed = file.clone();
        std::thread::spawn(move || kill_this_process(&killed, attempt));
        train(&network(), Some(&file));
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

    let (mut kills, mut while_writing) = (0, 0);
    for attempt in 0.. {
        let before = files(&cut_file);
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "train::killed_run_tests::a_run_that_is_killed_again_and_again_ends_like_one_that_was_never_cut"])
            .env(FILE, &cut_file)
            .env(ATTEMPT, attempt.to_string())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        match status.code() {
            Some(0) => break,
            Some(code) => panic!("the run failed with code {code}"),
            None => kills += 1,
        }
        // What was not yet renamed is left.
        while_writing += usize::from(files(&cut_file) > before.max(1));
    }
    println!("killed {kills} times, {while_writing} times while the file was being written");
    assert!(kills > 0);

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
