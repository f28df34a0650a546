//! Thinner and thicker objects.

use super::distance_transform::distances;
use super::plane::{Plane, mask_like};
use crate::{Error, Result, Tensor};

/// Takes away all pixels of a mask (H, W) or (1, H, W) that lie within `radius` pixels of the background; the shape stays.
///
/// It is erosion by a disc, `skimage.morphology.isotropic_erosion`. The edge of the image is not background.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::{dilate, erode}};
/// let mask = Tensor::new(&[[0f32, 1., 1., 1., 1., 1., 0.]], &Device::Cpu)?;
/// let thinner = erode(&mask, 2.0)?;
/// assert_eq!(thinner.to_vec2::<f32>()?, [[0., 0., 0., 1., 0., 0., 0.]]);
/// assert_eq!(dilate(&thinner, 2.0)?.to_vec2::<f32>()?, mask.to_vec2::<f32>()?);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the mask has another shape, a pixel is NaN, or the radius is negative or NaN.
pub fn erode(mask: &Tensor, radius: f64) -> Result<Tensor> {
    refuse_radius("erode", radius)?;
    let plane = Plane::read("erode", "mask", mask)?;
    let distances = distances(plane.size(), &plane.inside());
    mask_like(
        mask,
        distances.iter().map(|&depth| f64::from(depth) > radius),
    )
}

/// Adds all pixels that lie within `radius` pixels of an object to a mask (H, W) or (1, H, W); the shape stays.
///
/// It is dilation by a disc, `skimage.morphology.isotropic_dilation`; [`erode`] has an example.
///
/// # Errors
/// When the mask has another shape, a pixel is NaN, or the radius is negative or NaN.
pub fn dilate(mask: &Tensor, radius: f64) -> Result<Tensor> {
    refuse_radius("dilate", radius)?;
    let plane = Plane::read("dilate", "mask", mask)?;
    let outside: Vec<bool> = plane.inside().iter().map(|inside| !inside).collect();
    let distances = distances(plane.size(), &outside);
    // Without an object, all is infinitely far from one.
    let reaches = |&distance: &f32| distance.is_finite() && f64::from(distance) <= radius;
    mask_like(mask, distances.iter().map(reaches))
}

/// A radius is a length.
pub(super) fn refuse_radius(name: &str, radius: f64) -> Result<()> {
    if radius >= 0.0 {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{name}: {radius} is no length in pixels; it must be 0 or more"
    )))
}
