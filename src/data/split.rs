//! Parts of a data set for training, validation and test.

use super::{Dataset, Reads};
use crate::{Error, Result, Tensor};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// Some samples of a data set. A clone shares the samples and copies only their indices.
pub struct Subset<D> {
    dataset: Arc<D>,
    indices: Vec<usize>,
}

impl<D: Dataset> Subset<D> {
    /// All samples of a data set.
    pub(super) fn whole(dataset: D) -> Self {
        Subset {
            indices: (0..dataset.len()).collect(),
            dataset: Arc::new(dataset),
        }
    }

    /// The first `count` samples (or all, if there are fewer), to see what happens with little data.
    ///
    /// ```
    /// use eosin::data::{Dataset, Mnist};
    /// let parts = Mnist::synthetic(500, 100, 42).split(1);
    /// assert_eq!(parts.train.take(50).len(), 50);
    /// ```
    pub fn take(&self, count: usize) -> Self {
        let mut few = self.clone();
        few.indices.truncate(count);
        few
    }

    /// The data set that this is a part of.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// Which samples of the whole data set this part has, in its order.
    ///
    /// ```
    /// use eosin::prelude::*;
    /// let nuclei = Nuclei::synthetic(10, 42, &data::nuclei::Options::new(32));
    /// let Split { test, .. } = nuclei.split(1);
    /// for &index in test.indices() {
    ///     println!("{:?} is for the test", nuclei.id(index));
    /// }
    /// ```
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The same part of another data set, which shows the same samples in another way.
    pub(super) fn of_view<V: Dataset>(&self, view: V) -> Result<Subset<V>> {
        match view.len() == self.dataset.len() {
            true => Ok(Subset {
                dataset: Arc::new(view),
                indices: self.indices.clone(),
            }),
            false => Err(Error::Data(format!(
                "the other data set has {} samples, this one {}: they must be the same samples",
                view.len(),
                self.dataset.len()
            ))),
        }
    }

    /// The samples at `indices` of this part's data set.
    pub(super) fn of_whole(&self, indices: Vec<usize>) -> Self {
        Subset {
            dataset: Arc::clone(&self.dataset),
            indices,
        }
    }

    pub(super) fn shuffle(&mut self, seed: u64) {
        self.indices.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    }

    /// Removes the last `count` samples (or all, if there are fewer) and returns them.
    pub(super) fn split_off(&mut self, count: usize) -> Self {
        let rest = self.indices.len().saturating_sub(count);
        Subset {
            dataset: Arc::clone(&self.dataset),
            indices: self.indices.split_off(rest),
        }
    }
}

impl<D: std::fmt::Debug> std::fmt::Debug for Subset<D> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} samples of: {:?}",
            self.indices.len(),
            self.dataset
        )
    }
}

impl<D> Clone for Subset<D> {
    fn clone(&self) -> Self {
        Subset {
            dataset: Arc::clone(&self.dataset),
            indices: self.indices.clone(),
        }
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        match self.indices.get(index) {
            Some(&index) => self.dataset.get(index),
            None => Err(Error::Data(format!(
                "there is no sample {index}, this part has {}",
                self.indices.len()
            ))),
        }
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        self.dataset.visit_reads(visit);
    }
}

/// A data set in three parts, which share no sample.
#[derive(Debug)]
pub struct Split<D> {
    pub train: Subset<D>,
    pub valid: Subset<D>,
    pub test: Subset<D>,
}

/// Shuffles by `seed` and splits 60 / 20 / 20. If several samples come from one patient, use
/// [`split_by_group`](super::split_by_group).
pub fn split<D: Dataset>(dataset: D, seed: u64) -> Split<D> {
    let mut train = Subset::whole(dataset);
    train.shuffle(seed);
    let fifth = train.len() / 5;
    let test = train.split_off(fifth);
    let valid = train.split_off(fifth);
    Split { train, valid, test }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Batches, DataLoader};
    use candle_core::Device;

    struct Numbers(usize);

    impl Dataset for Numbers {
        fn len(&self) -> usize {
            self.0
        }

        fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
            let number = Tensor::new(&[index as u32], &Device::Cpu)?;
            Ok((number.clone(), number))
        }
    }

    fn numbers(dataset: &impl Dataset) -> Vec<u32> {
        (0..dataset.len())
            .map(|index| dataset.get(index).unwrap().0.to_vec1().unwrap()[0])
            .collect()
    }

    #[test]
    fn parts_share_nothing_leave_nothing_out_and_follow_the_seed() {
        let one = split(Numbers(103), 1);
        assert_eq!(
            (one.train.len(), one.valid.len(), one.test.len()),
            (63, 20, 20)
        );
        let mut all = [numbers(&one.train), numbers(&one.valid), numbers(&one.test)].concat();
        all.sort_unstable();
        assert_eq!(all, (0..103).collect::<Vec<_>>());
        assert_eq!(numbers(&one.valid), numbers(&split(Numbers(103), 1).valid));
        assert_ne!(numbers(&one.valid), numbers(&split(Numbers(103), 2).valid));
    }

    #[test]
    fn the_loader_gives_every_sample_once_in_an_order_of_seed_and_epoch() {
        let loader = DataLoader::new(Numbers(10), 4).shuffle(3);
        let epoch = |number| -> Vec<u32> {
            let batches: Result<Vec<_>> = loader.batches(number).collect();
            let batches = batches.unwrap();
            assert_eq!(
                batches
                    .iter()
                    .map(|(x, _)| x.dim(0).unwrap())
                    .collect::<Vec<_>>(),
                [4, 4, 2]
            );
            batches
                .iter()
                .flat_map(|(x, _)| x.flatten_all().unwrap().to_vec1::<u32>().unwrap())
                .collect()
        };
        assert_eq!(epoch(1), epoch(1));
        assert_ne!(epoch(1), epoch(2));
        let mut all = epoch(1);
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
        assert_eq!(loader.len(), 3);
        assert_eq!(DataLoader::new(Numbers(10), 4).drop_last(true).len(), 2);
    }
}
