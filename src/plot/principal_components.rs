//! Points with many coordinates, reduced to the two directions in which they are spread widest.

/// Steps of the power method; more would change nothing that you can see.
const STEPS: usize = 200;

/// The first two principal components of each point (Pearson 1901), by the power method.
pub(super) fn two_components(points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let size = points.first().map_or(0, Vec::len);
    let mean: Vec<f64> = (0..size)
        .map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / points.len() as f64)
        .collect();
    let mut centred: Vec<Vec<f64>> = (points.iter())
        .map(|point| {
            point
                .iter()
                .zip(&mean)
                .map(|(number, mean)| number - mean)
                .collect()
        })
        .collect();
    let mut components = vec![Vec::with_capacity(2); points.len()];
    for _ in 0..2 {
        let direction = widest(&centred, size);
        for (point, components) in centred.iter_mut().zip(&mut components) {
            let along = dot(point, &direction);
            components.push(along);
            // The second direction is found in what is left.
            for (number, direction) in point.iter_mut().zip(&direction) {
                *number -= along * direction;
            }
        }
    }
    components
}

/// The direction, of length 1, along which centred points vary most.
fn widest(points: &[Vec<f64>], size: usize) -> Vec<f64> {
    // Unequal values: a start at right angles to the direction would never find it.
    let mut direction: Vec<f64> = (0..size).map(|axis| 1.0 / (axis + 1) as f64).collect();
    for _ in 0..STEPS {
        let mut turned = vec![0.0; size];
        for point in points {
            let along = dot(point, &direction);
            turned
                .iter_mut()
                .zip(point)
                .for_each(|(sum, number)| *sum += along * number);
        }
        let length = dot(&turned, &turned).sqrt();
        if length < 1e-12 {
            break;
        }
        direction = turned.iter().map(|number| number / length).collect();
    }
    let length = dot(&direction, &direction).sqrt();
    direction.iter().map(|number| number / length).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_directions_are_found_however_the_points_are_rotated() {
        // Width 5, 2 and 0 along three axes at right angles.
        let axes = [[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, 1.0]];
        let place = |x: f64, y: f64| {
            (0..3)
                .map(|axis| 7.0 + x * axes[0][axis] + y * axes[1][axis])
                .collect()
        };
        let points: Vec<Vec<f64>> = [(5.0, 0.0), (-5.0, 0.0), (0.0, 2.0), (0.0, -2.0)]
            .map(|(x, y)| place(x, y))
            .into();
        let seen = two_components(&points);
        for (point, (x, y)) in seen
            .iter()
            .zip([(5.0, 0.0), (5.0, 0.0), (0.0, 2.0), (0.0, 2.0)])
        {
            assert!(
                (point[0].abs() - x).abs() < 1e-9 && (point[1].abs() - y).abs() < 1e-9,
                "{seen:?}"
            );
        }
    }

    #[test]
    fn points_that_are_all_the_same_stay_together() {
        assert_eq!(
            two_components(&[vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]]),
            [[0.0, 0.0], [0.0, 0.0]]
        );
    }
}
