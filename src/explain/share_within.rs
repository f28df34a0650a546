//! How much of a map lies within a region.

use crate::{Error, Result, Tensor};
use candle_core::DType;

/// The share of a map's total that lies where `mask` is 1, from 0 to 1: the mean over the images of `maps` (N, 1, H, W), with a
/// mask of the same shape, 1 within the region and 0 elsewhere. Numbers count without their sign.
///
/// If the map had nothing to do with the region, the share would be that of the region's area, `mask.mean_all()?`: compare with it.
/// A map that is 0 everywhere has a share of 0.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, explain::share_within};
/// let map = Tensor::new(&[[[[3f32, 1.], [0., 0.]]]], &Device::Cpu)?;
/// let mask = Tensor::new(&[[[[1f32, 0.], [0., 0.]]]], &Device::Cpu)?;
/// assert_eq!(share_within(&map, &mask)?, 0.75);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes differ, there is no image, or the map holds NaN or infinity.
pub fn share_within(maps: &Tensor, mask: &Tensor) -> Result<f64> {
    let count = maps.dims().first().copied().unwrap_or_default();
    if maps.rank() != 4 || maps.dims() != mask.dims() || count == 0 {
        return Err(Error::Invalid(format!(
            "share_within: maps {:?} and mask {:?} must have the same shape (N, 1, H, W), with N at least 1",
            maps.shape(),
            mask.shape()
        )));
    }
    let sizes = maps.to_dtype(DType::F64)?.abs()?;
    let per_image =
        |sizes: &Tensor| -> Result<Vec<f64>> { sizes.flatten_from(1)?.sum(1)?.to_vec1() };
    let within = per_image(&(&sizes * mask.to_dtype(DType::F64)?)?)?;
    let all = per_image(&sizes)?;
    if all.iter().any(|sum| !sum.is_finite()) {
        return Err(Error::Invalid(
            "share_within: a map holds NaN (not a number) or infinity; did the training diverge? Check the model's logits".to_owned(),
        ));
    }
    let shares = within.iter().zip(&all).map(|(within, all)| match *all {
        0.0 => 0.0,
        all => within / all,
    });
    Ok(shares.sum::<f64>() / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn every_image_counts_equally_and_a_map_of_zeros_has_no_share() {
        let maps = |numbers: [f32; 6]| {
            Tensor::from_vec(numbers.to_vec(), (3, 1, 1, 2), &Device::Cpu).unwrap()
        };
        let mask = maps([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        // 3/4, 100/200, nothing.
        let share = share_within(&maps([-3.0, 1.0, 100.0, 100.0, 0.0, 0.0]), &mask).unwrap();
        assert!((share - 1.25 / 3.0).abs() < 1e-12);
        let error = share_within(&maps([f32::NAN; 6]), &mask).unwrap_err();
        assert!(error.to_string().contains("NaN"));
        assert!(share_within(&maps([1.0; 6]), &mask.get(0).unwrap()).is_err());
    }

    #[test]
    fn an_even_map_has_the_share_of_the_area() {
        let map = Tensor::ones((1, 1, 28, 28), DType::F32, &Device::Cpu).unwrap();
        let inside = |at: usize| at / 28 < 3 && at % 28 < 3;
        let mask: Vec<f32> = (0..784).map(|at| f32::from(u8::from(inside(at)))).collect();
        let mask = Tensor::from_vec(mask, (1, 1, 28, 28), &Device::Cpu).unwrap();
        assert!((share_within(&map, &mask).unwrap() - 9.0 / 784.0).abs() < 1e-12);
    }
}
