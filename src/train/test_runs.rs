//! What tests of training runs share.

use super::{Callback, History, Run};
use crate::data::{BatchIterator, Batches};
use crate::display::interrupt;
use crate::nn::{Layers, Linear, Module};
use crate::{Result, Tensor};
use candle_core::Device;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The interrupt flag belongs to the process: runs that must not see another test's take turns.
pub static TURN: Mutex<()> = Mutex::new(());

/// Waits for the turn and forgets an interrupt.
pub fn turn() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    interrupt::clear();
    turn
}

/// Batches of these sizes: points (N, 1) on a line.
pub struct Points<'a>(pub &'a [usize]);

impl Batches for Points<'_> {
    fn batches(&self, _epoch: usize) -> BatchIterator<'_> {
        Box::new(self.0.iter().map(|&count| {
            let x = Tensor::arange(1f32, 1.0 + count as f32, &Device::Cpu)?;
            let x = x.reshape((count, 1))?;
            let y = ((&x * 2.0)? + 1.0)?;
            Ok((x, y))
        }))
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// What learns them.
pub fn a_line() -> Linear {
    Linear::new(1, 1).init(1, &Device::Cpu).unwrap()
}

pub fn squared_error(output: &Tensor, target: &Tensor) -> Result<Tensor> {
    (output - target)?.sqr()?.mean_all()
}

pub fn weights(model: &dyn Module) -> Vec<Vec<f32>> {
    let parameters = model.parameters();
    parameters
        .iter()
        .map(|(_, variable)| variable.flatten_all().unwrap().to_vec1().unwrap())
        .collect()
}

/// The weights at the end of each epoch, and what the run has told.
#[derive(Default)]
pub struct Witness {
    pub weights: Vec<Vec<Vec<f32>>>,
    pub notes: Vec<String>,
}

impl Callback for Witness {
    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        self.weights.push(weights(run.model));
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run) -> Result<()> {
        self.notes = run.notes.clone();
        Ok(())
    }
}

/// What must be the same when a run is repeated.
pub fn without_time(mut history: History) -> History {
    history
        .epochs
        .iter_mut()
        .for_each(|epoch| epoch.seconds = 0.0);
    history
}
