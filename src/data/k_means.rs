//! Points that are close to each other, in groups.

use rand::Rng;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand_chacha::ChaCha8Rng;

/// How often to begin anew; the best result wins.
const ATTEMPTS: usize = 20;
/// Far more steps than it takes until nothing changes.
const STEPS: usize = 300;

/// The group of each point, `0..count`, the largest group first: k-means (Lloyd 1982) from the starts of k-means++ (Arthur and
/// Vassilvitskii 2007), as scikit-learn's `KMeans`. All coordinates count the same, so bring them to one scale first. Groups can be
/// fewer if points are equal.
pub(super) fn k_means(points: &[Vec<f64>], count: usize, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let attempts = (0..ATTEMPTS).map(|_| lloyd(points, first_centres(points, count, &mut random)));
    let best = attempts.min_by(|(one, _), (other, _)| one.total_cmp(other));
    best.map_or(Vec::new(), |(_, groups)| largest_first(groups, count))
}

/// Each centre is a point, the likelier the further away from those before it.
fn first_centres(points: &[Vec<f64>], count: usize, random: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let mut centres: Vec<Vec<f64>> = Vec::new();
    while centres.len() < count && !points.is_empty() {
        let distances = points.iter().map(|point| match centres.is_empty() {
            true => 1.0,
            false => nearest(point, &centres).1,
        });
        let chosen = match WeightedIndex::new(distances) {
            Ok(weighted) => weighted.sample(random),
            // All points are centres.
            Err(_) => random.random_range(0..points.len()),
        };
        centres.push(points[chosen].clone());
    }
    centres
}

/// Moves each centre to the mean of the points that are closest to it, until nothing changes: the sum of their squared distances,
/// and the groups.
fn lloyd(points: &[Vec<f64>], mut centres: Vec<Vec<f64>>) -> (f64, Vec<usize>) {
    let mut groups = Vec::new();
    for _ in 0..STEPS {
        let new: Vec<usize> = points
            .iter()
            .map(|point| nearest(point, &centres).0)
            .collect();
        if new == groups {
            break;
        }
        groups = new;
        for (group, centre) in centres.iter_mut().enumerate() {
            let members = || {
                points
                    .iter()
                    .zip(&groups)
                    .filter(|(_, other)| **other == group)
            };
            let count = members().count();
            for (axis, coordinate) in centre.iter_mut().enumerate() {
                if count > 0 {
                    *coordinate =
                        members().map(|(point, _)| point[axis]).sum::<f64>() / count as f64;
                }
            }
        }
    }
    let distances = points.iter().map(|point| nearest(point, &centres).1);
    (distances.sum(), groups)
}

/// The centre that is closest to a point, and the square of the distance.
fn nearest(point: &[f64], centres: &[Vec<f64>]) -> (usize, f64) {
    let distance = |centre: &Vec<f64>| -> f64 {
        let differences = point.iter().zip(centre).map(|(one, other)| one - other);
        differences.map(|difference| difference * difference).sum()
    };
    let distances = centres.iter().map(distance).enumerate();
    distances
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
        .unwrap_or((0, 0.0))
}

fn largest_first(groups: Vec<usize>, count: usize) -> Vec<usize> {
    let size = |group: usize| groups.iter().filter(|&&other| other == group).count();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&group| std::cmp::Reverse(size(group)));
    let mut places = vec![0; count];
    for (place, group) in order.into_iter().enumerate() {
        places[group] = place;
    }
    groups.into_iter().map(|group| places[group]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_are_found_whatever_the_seed_and_the_largest_comes_first() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let clouds = [
            (10, 0.0, 0.0),
            (40, 5.0, 0.0),
            (20, 0.0, 9.0),
            (30, 5.0, 9.0),
        ];
        let mut points = Vec::new();
        for (count, x, y) in clouds {
            for _ in 0..count {
                let mut near = |centre: f64| centre + random.random_range(-1.0..1.0);
                points.push(vec![near(x), near(y)]);
            }
        }
        let wanted = [vec![3; 10], vec![0; 40], vec![2; 20], vec![1; 30]].concat();
        for seed in 0..20 {
            assert_eq!(k_means(&points, 4, seed), wanted, "seed {seed}");
        }
    }

    #[test]
    fn equal_points_and_none_do_no_harm() {
        assert_eq!(k_means(&[[1.0]; 3].map(Vec::from), 2, 1), [0, 0, 0]);
        assert_eq!(k_means(&[], 2, 1), [0; 0]);
    }
}
