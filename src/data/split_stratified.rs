//! Parts of a data set that have something of everything.

use super::{Dataset, Split, Subset};
use crate::{Error, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Splits each group 60 / 20 / 20, so that each part has all of them in about the same shares: stratified sampling. `groups` has the
/// group of each sample, such as the microscope that took it, or its class. Without this, a rare group may be missing from the test
/// part by chance, and the test would say nothing about it.
///
/// A group of at least three samples is in every part; one of one or two is for training only. For groups that must not be in two
/// parts, such as patients, use [`split_by_group`](super::split_by_group).
///
/// ```
/// use eosin::data::{Dataset, GreyImages, split_stratified};
/// let images = GreyImages::new((1, 1), (0..10).collect(), vec![0; 10])?;
/// let stains = ["blue", "blue", "blue", "blue", "blue", "red", "red", "red", "red", "red"];
/// let parts = split_stratified(images, &stains, 42)?;
/// assert_eq!((parts.train.len(), parts.valid.len(), parts.test.len()), (6, 2, 2));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is not a group for each sample.
pub fn split_stratified<D: Dataset>(
    dataset: D,
    groups: &[impl Ord],
    seed: u64,
) -> Result<Split<D>> {
    if groups.len() != dataset.len() {
        return Err(Error::Data(format!(
            "split_stratified: there are {} groups for {} samples; give the group of each sample",
            groups.len(),
            dataset.len()
        )));
    }
    let mut members: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(index);
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let [mut train, mut valid, mut test] = [const { Vec::new() }; 3];
    for mut group in members.into_values() {
        group.shuffle(&mut random);
        let fifth = match group.len() {
            0..3 => 0,
            // Rounded.
            count => ((2 * count + 5) / 10).max(1),
        };
        test.extend(group.drain(..fifth));
        valid.extend(group.drain(..fifth));
        train.extend(group);
    }
    // Groups must not come one after the other.
    for part in [&mut train, &mut valid, &mut test] {
        part.shuffle(&mut random);
    }
    let all = Subset::whole(dataset);
    Ok(Split {
        train: all.of_whole(train),
        valid: all.of_whole(valid),
        test: all.of_whole(test),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::GreyImages;

    fn classes(part: &Subset<GreyImages>) -> Vec<u32> {
        part.first(part.len()).unwrap().1.to_vec1().unwrap()
    }

    #[test]
    fn every_part_has_every_group_in_its_share_and_no_sample_is_lost() {
        // 100, 20, 3 and 1 samples.
        let groups: Vec<u8> = [vec![0; 100], vec![1; 20], vec![2; 3], vec![3; 1]].concat();
        let images = GreyImages::new((1, 1), vec![0; groups.len()], groups.clone()).unwrap();
        let split = |seed| split_stratified(images.clone(), &groups, seed).unwrap();
        let counts = |part: &Subset<GreyImages>| {
            let classes = classes(part);
            [0, 1, 2, 3].map(|class| classes.iter().filter(|&&other| other == class).count())
        };
        let parts = split(1);
        assert_eq!(counts(&parts.train), [60, 12, 1, 1]);
        assert_eq!(counts(&parts.valid), [20, 4, 1, 0]);
        assert_eq!(counts(&parts.test), [20, 4, 1, 0]);
        let all = [&parts.train, &parts.valid, &parts.test].map(|part| part.indices().to_vec());
        let mut all = all.concat();
        all.sort_unstable();
        assert_eq!(all, (0..124).collect::<Vec<_>>());
        assert_eq!(split(1).test.indices(), parts.test.indices());
        assert_ne!(split(2).test.indices(), parts.test.indices());
        let message = split_stratified(images, &[1, 2], 1)
            .unwrap_err()
            .to_string();
        assert!(message.contains("2 groups for 124 samples"), "{message}");
    }
}
