//! Batches of samples.

use super::dataset::stack;
use super::{BatchIterator, Batches, Dataset};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Batches of a data set, like PyTorch's `DataLoader`.
#[derive(Debug)]
pub struct DataLoader<D> {
    dataset: D,
    batch_size: usize,
    seed: Option<u64>,
    drop_last: bool,
}

impl<D: Dataset> DataLoader<D> {
    /// Makes batches of `batch_size` samples (at least 1), in the data set's order.
    pub fn new(dataset: D, batch_size: usize) -> Self {
        DataLoader {
            dataset,
            batch_size: batch_size.max(1),
            seed: None,
            drop_last: false,
        }
    }

    /// Shuffles the samples anew in each epoch; the same seed gives the same orders.
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Whether to leave out a last batch that is not full; by default it is kept.
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.drop_last = drop_last;
        self
    }

    /// The data set that the batches come from.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }
}

impl<D: Dataset> Batches for DataLoader<D> {
    fn batches(&self, epoch: usize) -> BatchIterator<'_> {
        let mut order: Vec<usize> = (0..self.dataset.len()).collect();
        if let Some(seed) = self.seed {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            // Each epoch uses a different stream of the same generator.
            random.set_stream(epoch as u64);
            order.shuffle(&mut random);
        }
        let batches = (0..self.len()).map(move |batch| {
            let start = batch * self.batch_size;
            let end = order.len().min(start + self.batch_size);
            stack(&self.dataset, order[start..end].iter().copied())
        });
        Box::new(batches)
    }

    fn len(&self) -> usize {
        match self.drop_last {
            true => self.dataset.len() / self.batch_size,
            false => self.dataset.len().div_ceil(self.batch_size),
        }
    }
}
