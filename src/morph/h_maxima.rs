//! Peaks that stand out.

use super::frame::Frame;
use super::plane::Plane;
use super::reconstruction::reconstruct;
use super::{Connectivity, LabelMap};
use crate::{Error, Result, Tensor};

/// The peaks of an image (H, W) or (1, H, W) from which you must go down by at least `h` before you can reach a higher one,
/// numbered from 1.
///
/// A small bump is no peak, so that these are good markers for [`watershed`](super::watershed). All eight neighbours count. The
/// pixels are those of `skimage.morphology.h_maxima`; as there, a constant image has no peak. Equally high peaks with less than
/// `h` between them have the same number, because they stand out only together.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::h_maxima};
/// let image = Tensor::new(&[[0f32, 5., 4., 5., 0., 3., 0.]], &Device::Cpu)?;
/// assert_eq!(h_maxima(&image, 1.0)?.labels(), [0, 1, 0, 2, 0, 3, 0]);
/// assert_eq!(h_maxima(&image, 4.0)?.labels(), [0, 1, 0, 1, 0, 0, 0]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image has another shape, a pixel is NaN or infinite, or `h` is not above 0.
pub fn h_maxima(image: &Tensor, h: f64) -> Result<LabelMap> {
    let plane = Plane::read("h_maxima", "image", image)?;
    if h.is_nan() || h <= 0.0 {
        return Err(Error::Invalid(format!(
            "h_maxima: h is how far a peak must stand out, so it must be above 0, but it is {h}; for all peaks, use local_maxima"
        )));
    }
    if plane.pixels.iter().any(|pixel| pixel.is_infinite()) {
        return Err(Error::Invalid(
            "h_maxima: the image is infinite somewhere; if it is the distance transform of a mask without background, there is only one \
             object"
                .into(),
        ));
    }
    let peaks = peaks(&plane, h as f32);
    LabelMap::new(plane.height, plane.width, peaks)
}

/// The image is lowered by h and grows back below itself: only what stands out by h stays lower by h.
fn peaks(plane: &Plane, h: f32) -> Vec<u32> {
    let pixels = &plane.pixels;
    let highest = pixels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let lowest = pixels.iter().copied().fold(f32::INFINITY, f32::min);
    if h > highest - lowest {
        return vec![0; pixels.len()];
    }
    // A little lower still, because f32 rounds: as much as scikit-image.
    let lowered: Vec<f32> = pixels
        .iter()
        .map(|pixel| pixel - h - 2e-6 * pixel.abs())
        .collect();
    let grown = reconstruct(plane.size(), &lowered, pixels);
    let stands_out = |(pixel, grown): (&f32, &f32)| pixel - grown >= h;
    let stands_out: Vec<bool> = pixels.iter().zip(&grown).map(stands_out).collect();
    numbered(plane.size(), &stands_out, pixels, h)
}

/// Peaks have the same number if a way between them goes down by less than h.
fn numbered(size: (usize, usize), stands_out: &[bool], image: &[f32], h: f32) -> Vec<u32> {
    let frame = Frame::around(size);
    let neighbours = frame.neighbours(Connectivity::Eight);
    let stands_out = frame.put(stands_out, false);
    let image = frame.put(image, f32::NEG_INFINITY);
    let mut tops = vec![0; image.len()];
    let mut count = 0;
    let mut waiting = Vec::new();
    for peak in frame.places().filter(|&place| stands_out[place]) {
        if tops[peak] == 0 {
            count += 1;
            tops[peak] = count;
            waiting.push(peak);
        }
        while let Some(pixel) = waiting.pop() {
            for &offset in &neighbours {
                let neighbour = pixel.wrapping_add_signed(offset);
                if image[neighbour] > image[peak] - h && tops[neighbour] == 0 {
                    tops[neighbour] = count;
                    waiting.push(neighbour);
                }
            }
        }
    }
    for (top, stands_out) in tops.iter_mut().zip(stands_out) {
        *top *= u32::from(stands_out);
    }
    frame.take(&tops)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn equal_peaks_share_a_number_only_if_the_dip_between_them_is_too_small() {
        let of = |h| {
            let image = Tensor::new(&[[0f32, 5.0, 3.0, 5.0, 4.0, 4.5, 0.0]], &Device::Cpu);
            h_maxima(&image.unwrap(), h).unwrap().labels().to_vec()
        };
        assert_eq!(of(0.5), [0, 1, 0, 2, 0, 3, 0]);
        assert_eq!(of(2.0), [0, 1, 0, 2, 0, 0, 0]);
        assert_eq!(of(2.5), [0, 1, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn what_has_no_height_is_refused() {
        let image = |last: f32| Tensor::new(&[[0.0, last]], &Device::Cpu).unwrap();
        for (image, h, words) in [
            (image(1.0), 0.0, "must be above 0"),
            (image(1.0), f64::NAN, "must be above 0"),
            (image(f32::INFINITY), 1.0, "infinite somewhere"),
        ] {
            let error = h_maxima(&image, h).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
