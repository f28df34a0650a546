//! Whole training runs.

use super::callback::Callback;
use super::run::Run;
use super::test_runs::{TURN, without_time};
use super::trainer::Trainer;
use super::{Adam, Epoch, Sgd, evaluate};
use crate::data::BatchIterator;
use crate::data::Batches;
use crate::display::interrupt;
use crate::nn::{self, Conv2d, Layers, Sequential};
use crate::{Result, Tensor, ops, sequential};
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
