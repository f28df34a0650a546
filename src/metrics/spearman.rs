//! Whether two maps put their pixels in the same order.

use super::not_a_number::refuse_nan;
use crate::{Error, Result, Tensor};
use candle_core::DType;

/// Spearman's rank correlation (Spearman 1904) of two tensors of the same shape, over all their elements: 1 if both put the elements
/// in the same order, -1 if one's order is the other's reversed, near 0 if they have nothing to do with each other.
///
/// It is Pearson's correlation of the ranks. Equal elements share the mean of their ranks, as in `scipy.stats.spearmanr`. If all
/// elements of one tensor are equal, it has no order: the result is 0 (SciPy's is NaN).
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let a = Tensor::new(&[1f32, 2., 3., 4.], &Device::Cpu)?;
/// let b = Tensor::new(&[1f32, 4., 3., 2.], &Device::Cpu)?;
/// assert!((eosin::metrics::spearman(&a, &b)? - 0.2).abs() < 1e-12);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes differ, there is no element, or one is NaN.
pub fn spearman(a: &Tensor, b: &Tensor) -> Result<f64> {
    if a.dims() != b.dims() || a.elem_count() == 0 {
        return Err(Error::Invalid(format!(
            "spearman: {:?} and {:?} must have the same shape, with at least 1 element",
            a.shape(),
            b.shape()
        )));
    }
    let ranks = |tensor: &Tensor| -> Result<Vec<f64>> {
        refuse_nan("spearman", "scores", tensor)?;
        Ok(ranks(
            &tensor
                .to_dtype(DType::F64)?
                .flatten_all()?
                .to_vec1::<f64>()?,
        ))
    };
    let (a, b) = (ranks(a)?, ranks(b)?);
    // The mean of ranks is the same whatever is equal.
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let covariance = |a: &[f64], b: &[f64]| -> f64 {
        let products = a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean));
        products.sum()
    };
    let spread = (covariance(&a, &a) * covariance(&b, &b)).sqrt();
    Ok(match spread {
        0.0 => 0.0,
        spread => covariance(&a, &b) / spread,
    })
}

/// The rank of each number, from 1 for the smallest; equal numbers share the mean of their ranks.
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&one, &other| numbers[one].total_cmp(&numbers[other]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&one, &other| numbers[one] == numbers[other]) {
        for &index in equal {
            ranks[index] = before as f64 + (equal.len() as f64 + 1.0) / 2.0;
        }
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn of(a: &[f64], b: &[f64]) -> f64 {
        let tensor = |numbers: &[f64]| Tensor::new(numbers, &Device::Cpu).unwrap();
        spearman(&tensor(a), &tensor(b)).unwrap()
    }

    #[test]
    fn it_is_scipys_also_with_equal_elements() {
        let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-12, "{found}");
        close(of(&[1., 2., 3., 4.], &[1., 4., 3., 2.]), 0.2);
        close(of(&[1., 20., 300.], &[-3., -2., 8.]), 1.0);
        close(of(&[1., 2., 3.], &[3., 2., 1.]), -1.0);
        // scipy.stats.spearmanr([0, 0, 0, 2, 5, 5], [1, 1, 3, 2, 2, 9])
        close(
            of(&[0., 0., 0., 2., 5., 5.], &[1., 1., 3., 2., 2., 9.]),
            0.5561865103932622,
        );
    }

    #[test]
    fn what_has_no_order_is_0_and_other_shapes_are_refused() {
        assert_eq!(of(&[0., -0., 0.], &[1., 2., 3.]), 0.0);
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        for (a, b) in [(zeros(&[2, 2]), zeros(&[4])), (zeros(&[0]), zeros(&[0]))] {
            let message = spearman(&a, &b).unwrap_err().to_string();
            assert!(message.contains("same shape"), "{message}");
        }
    }
}
