//! Batches of samples.

use super::dataset::stack;
use super::{BatchIterator, Batches, Dataset, Reads};
use crate::{Error, Result};
use rand::SeedableRng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Batches of a data set, like PyTorch's `DataLoader`.
#[derive(Debug)]
pub struct DataLoader<D> {
    dataset: D,
    batch_size: usize,
    order: Order,
    drop_last: bool,
}

/// Which samples an epoch has, and in which order.
#[derive(Debug)]
enum Order {
    OfDataset,
    Shuffled {
        seed: u64,
    },
    Weighted {
        weights: WeightedIndex<f64>,
        seed: u64,
    },
}

impl Order {
    /// Indices of `count` samples.
    fn indices(&self, count: usize, epoch: usize) -> Vec<usize> {
        let random = |seed| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            // Each epoch uses a different stream of the same generator.
            random.set_stream(epoch as u64);
            random
        };
        let mut indices: Vec<usize> = (0..count).collect();
        match self {
            Order::OfDataset => {}
            Order::Shuffled { seed } => indices.shuffle(&mut random(*seed)),
            Order::Weighted { weights, seed } => {
                indices = weights.sample_iter(random(*seed)).take(count).collect();
            }
        }
        indices
    }
}

impl<D: Dataset> DataLoader<D> {
    /// Makes batches of `batch_size` samples (at least 1), in the data set's order.
    pub fn new(dataset: D, batch_size: usize) -> Self {
        DataLoader {
            dataset,
            batch_size: batch_size.max(1),
            order: Order::OfDataset,
            drop_last: false,
        }
    }

    /// Shuffles the samples anew in each epoch; the same seed gives the same orders.
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.order = Order::Shuffled { seed };
        self
    }

    /// Draws the samples of each epoch at random and with replacement, as PyTorch's `WeightedRandomSampler`: a sample whose
    /// weight is twice as large comes twice as often. With the weight 1 / (number of images of its class), both classes are seen
    /// equally often, however rare one of them is. An epoch still has as many samples as the data set, so that some do not come.
    /// The same seed gives the same samples.
    ///
    /// ```
    /// use eosin::data::{Batches, DataLoader, GreyImages};
    /// let images = GreyImages::new((1, 1), vec![0, 1, 2, 3], vec![0, 0, 0, 1])?;
    /// let loader = DataLoader::new(images, 2).weighted(&[1. / 3., 1. / 3., 1. / 3., 1.], 42)?;
    /// assert_eq!(loader.batches(1).count(), 2);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is not a weight for each sample, one is negative or not a number, or all are 0.
    pub fn weighted(mut self, weights: &[f64], seed: u64) -> Result<Self> {
        let refuse = |reason: String| Err(Error::Data(format!("weighted: {reason}")));
        if weights.len() != self.dataset.len() {
            return refuse(format!(
                "there are {} weights for {} samples; give one for each sample, not for each class",
                weights.len(),
                self.dataset.len()
            ));
        }
        // An infinite sum would make `WeightedIndex::new` panic.
        let sum: f64 = weights.iter().sum();
        if !(sum > 0.0 && sum.is_finite()) || weights.iter().any(|&weight| weight < 0.0) {
            return refuse(
                "weights must be numbers from 0, not all of them 0, and none NaN (not a number) or infinite".to_owned(),
            );
        }
        let weights =
            WeightedIndex::new(weights).map_err(|error| Error::Data(error.to_string()))?;
        self.order = Order::Weighted { weights, seed };
        Ok(self)
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
        let order = self.order.indices(self.dataset.len(), epoch);
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

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        self.dataset.visit_reads(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor;
    use crate::data::GreyImages;

    fn images() -> GreyImages {
        let classes = (0..1000).map(|index| u8::from(index % 10 == 0)).collect();
        GreyImages::new((1, 1), vec![0; 1000], classes).unwrap()
    }

    #[test]
    fn weights_make_a_rare_class_as_frequent_as_the_other_in_samples_of_seed_and_epoch() {
        let weights: Vec<f64> = (0..1000)
            .map(|index| if index % 10 == 0 { 9.0 } else { 1.0 })
            .collect();
        let loader = DataLoader::new(images(), 100)
            .weighted(&weights, 5)
            .unwrap();
        let epoch = |number| -> Vec<u32> {
            let batches: Result<Vec<(Tensor, Tensor)>> = loader.batches(number).collect();
            let classes = batches
                .unwrap()
                .into_iter()
                .map(|(_, classes)| classes.to_vec1().unwrap());
            classes.collect::<Vec<Vec<u32>>>().concat()
        };
        let positives: u32 = epoch(1).iter().sum();
        assert!((450..550).contains(&positives), "{positives} of 1000");
        assert_eq!(epoch(1), epoch(1));
        assert_ne!(epoch(1), epoch(2));
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        for (weights, reason) in [
            (vec![1.0, 9.0], "2 weights for 1000 samples"),
            (vec![0.0; 1000], "not all of them 0"),
            (vec![-1.0; 1000], "numbers from 0"),
            (vec![f64::NAN; 1000], "numbers from 0"),
            (vec![f64::INFINITY; 1000], "numbers from 0"),
        ] {
            let error = DataLoader::new(images(), 1)
                .weighted(&weights, 1)
                .unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
