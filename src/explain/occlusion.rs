//! Occlusion: cover a part of the image, and see how far the logit falls.

use super::input_gradient::check_images;
use super::target::Target;
use crate::nn::Module;
use crate::ops::{conv_output_size, softmax};
use crate::{Error, Result, Tensor};

/// Covered copies of an image that the model sees at a time.
const BATCH: usize = 64;

/// How far the target's logit falls when a square of `patch` x `patch` pixels is covered (Zeiler and Fergus 2014, section 4.2): for
/// `images` (N, C, H, W) a map (N, 1, H, W), in which each pixel has the mean fall over all squares that covered it, and 0 if none
/// did: as with a convolution, the stride may leave rows and columns over at the edge. Below 0, covering helped the class.
///
/// The square moves by `stride` pixels, and is filled with `fill`: the mean of the images hides their content without adding an
/// edge as strong as black would. If you normalised the images, normalise `fill`, too. See [`occlusion_drops`] for the fall at each
/// place of the square.
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(1)?;
/// let map = explain::occlusion(&model, &digits, 8, 4, 0.0, &classes)?;
/// assert_eq!(map.dims(), [1, 1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the images do not fit the model, its output is not (N, classes), the class does not exist, its logit is NaN, the stride is 0,
/// or the patch is empty or larger than the image.
pub fn occlusion(
    model: &dyn Module,
    images: &Tensor,
    patch: usize,
    stride: usize,
    fill: f64,
    target: impl Into<Target>,
) -> Result<Tensor> {
    const NAME: &str = "occlusion";
    let places = Places::new(NAME, images, patch, stride)?;
    let drops = drops(NAME, model, images, &places, fill, &target.into())?;
    let (count, _, height, width) = images.dims4()?;
    let mut sum = Tensor::zeros((count, height * width), images.dtype(), images.device())?;
    let mut covered = Tensor::zeros((1, height * width), images.dtype(), images.device())?;
    for (start, len) in places.batches() {
        let squares = places.squares(start, len, images)?.flatten_from(1)?;
        sum = (sum + drops.narrow(1, start, len)?.matmul(&squares)?)?;
        covered = (covered + squares.sum_keepdim(0)?)?;
    }
    // At least 1, so that pixels which no square covered stay 0.
    let map = sum.broadcast_div(&covered.maximum(1.0)?)?;
    map.reshape((count, 1, height, width))
}

/// How far the target's logit falls at each place of the square that [`occlusion`] moves over the images (N, C, H, W): (N, 1, rows,
/// columns), where row `r` and column `c` cover the pixels from (`r * stride`, `c * stride`).
///
/// An image of 28 x 28 pixels has 36 places for a patch of 8 and a stride of 4:
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(1)?;
/// let drops = explain::occlusion_drops(&model, &digits, 8, 4, 0.0, &classes)?;
/// assert_eq!(drops.dims(), [1, 1, 6, 6]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`occlusion`].
pub fn occlusion_drops(
    model: &dyn Module,
    images: &Tensor,
    patch: usize,
    stride: usize,
    fill: f64,
    target: impl Into<Target>,
) -> Result<Tensor> {
    const NAME: &str = "occlusion_drops";
    let places = Places::new(NAME, images, patch, stride)?;
    let drops = drops(NAME, model, images, &places, fill, &target.into())?;
    drops.reshape((images.dim(0)?, 1, places.rows, places.columns))
}

/// How probable the target is, by softmax, when nothing is covered (N), and at each place of the square that [`occlusion`] moves over
/// the images (N, C, H, W): (N, 1, rows, columns). A fall of the logit does not tell, since covering moves the other logits, too.
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(1)?;
/// let (uncovered, covered) = explain::occlusion_probabilities(&model, &digits, 8, 4, 0.0, &classes)?;
/// assert_eq!((uncovered.dims(), covered.dims()), (&[1][..], &[1, 1, 6, 6][..]));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`occlusion`].
pub fn occlusion_probabilities(
    model: &dyn Module,
    images: &Tensor,
    patch: usize,
    stride: usize,
    fill: f64,
    target: impl Into<Target>,
) -> Result<(Tensor, Tensor)> {
    const NAME: &str = "occlusion_probabilities";
    let places = Places::new(NAME, images, patch, stride)?;
    let target = target.into();
    let of_target = |target: &Target, logits: &Tensor| target.logits_of(NAME, &softmax(logits, 1)?);
    let uncovered = of_target(&target, &model.predict(images)?)?;
    let covered = at_each_place(model, images, &places, fill, |index, logits| {
        of_target(&target.of_image(index)?, logits)
    })?;
    let shape = (images.dim(0)?, 1, places.rows, places.columns);
    Ok((uncovered, covered.reshape(shape)?))
}

/// The fall of the logit for each image and place, (N, places).
fn drops(
    name: &str,
    model: &dyn Module,
    images: &Tensor,
    places: &Places,
    fill: f64,
    target: &Target,
) -> Result<Tensor> {
    let whole = target.logits_of(name, &model.predict(images)?)?;
    let covered = at_each_place(model, images, places, fill, |index, logits| {
        target.of_image(index)?.logits_of(name, logits)
    })?;
    whole.unsqueeze(1)?.broadcast_sub(&covered)
}

/// What `measure` makes of the logits (places, classes) of image number `index`, covered at each place: (N, places).
fn at_each_place(
    model: &dyn Module,
    images: &Tensor,
    places: &Places,
    fill: f64,
    measure: impl Fn(usize, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let mut all = Vec::new();
    for index in 0..images.dim(0)? {
        let image = images.narrow(0, index, 1)?;
        let mut measured = Vec::new();
        for (start, len) in places.batches() {
            let squares = places.squares(start, len, images)?;
            let rest = image.broadcast_mul(&squares.affine(-1.0, 1.0)?)?;
            let covered = rest.broadcast_add(&(squares * fill)?)?;
            measured.push(measure(index, &model.predict(&covered)?)?);
        }
        all.push(Tensor::cat(&measured, 0)?);
    }
    Tensor::stack(&all, 0)
}

/// The places of a square that moves over an image, row by row.
struct Places {
    rows: usize,
    columns: usize,
    patch: usize,
    stride: usize,
}

impl Places {
    fn new(name: &str, images: &Tensor, patch: usize, stride: usize) -> Result<Self> {
        check_images(name, images)?;
        let (_, _, height, width) = images.dims4()?;
        let places = |size: usize| {
            conv_output_size(size, patch, stride, 0, 1).map_err(|_| {
                Error::Invalid(format!(
                    "{name}: a patch of {patch} and a stride of {stride} do not fit images of {height} x {width} pixels: the patch is \
                     at least 1 and at most the image's shorter side, and the stride at least 1"
                ))
            })
        };
        Ok(Places {
            rows: places(height)?,
            columns: places(width)?,
            patch,
            stride,
        })
    }

    /// Start and length of each batch of places.
    fn batches(&self) -> impl Iterator<Item = (usize, usize)> {
        let count = self.rows * self.columns;
        let starts = (0..count).step_by(BATCH);
        starts.map(move |start| (start, BATCH.min(count - start)))
    }

    /// `len` masks, from place `start`, for images like these: (len, 1, H, W), 1 within the square and 0 elsewhere.
    fn squares(&self, start: usize, len: usize, images: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = images.dims4()?;
        let mut masks = vec![0f32; len * height * width];
        for (mask, place) in masks.chunks_mut(height * width).zip(start..) {
            let (top, left) = (
                place / self.columns * self.stride,
                place % self.columns * self.stride,
            );
            for row in mask.chunks_mut(width).skip(top).take(self.patch) {
                row[left..left + self.patch].fill(1.0);
            }
        }
        let masks = Tensor::from_vec(masks, (len, 1, height, width), images.device())?;
        masks.to_dtype(images.dtype())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{self, Layers};
    use candle_core::{DType, Device};

    /// A model whose logits 0 and 1 are the sum of all pixels, and minus that.
    fn sum_of_pixels(pixels: usize) -> nn::Sequential {
        let model = nn::sequential![nn::Flatten, nn::Linear::new(pixels, 2).bias(false)];
        let model = model.init(1, &Device::Cpu).unwrap();
        let ones = Tensor::ones((1, pixels), DType::F32, &Device::Cpu).unwrap();
        let weight = Tensor::cat(&[&ones, &ones.neg().unwrap()], 0).unwrap();
        model
            .parameters()
            .get("1.weight")
            .unwrap()
            .set(&weight)
            .unwrap();
        model
    }

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn the_logit_falls_by_what_is_covered_and_pixels_share_the_falls_of_their_squares() {
        let image = Tensor::new(
            &[[[[1f32, 2., 3., 4., 5.], [6., 7., 8., 9., 10.]]]],
            &Device::Cpu,
        );
        let images = Tensor::cat(&[&image.unwrap(); 2], 0).unwrap();
        let model = sum_of_pixels(10);
        let classes = Tensor::new(&[0u32, 1], &Device::Cpu).unwrap();
        let drops = occlusion_drops(&model, &images, 2, 1, 1.0, &classes).unwrap();
        assert_eq!(drops.dims(), [2, 1, 1, 4]);
        // 1 + 2 + 6 + 7 are covered by 4 ones, and so on.
        assert_eq!(
            numbers(&drops),
            [12., 16., 20., 24., -12., -16., -20., -24.]
        );
        let map = occlusion(&model, &images, 2, 2, 1.0, 0).unwrap();
        assert_eq!(map.dims(), [2, 1, 2, 5]);
        let row = [12., 12., 20., 20., 0.];
        assert_eq!(numbers(&map), [row, row, row, row].concat());
        let overlapping = occlusion(&model, &images, 2, 1, 1.0, 0).unwrap();
        assert_eq!(numbers(&overlapping)[..5], [12., 14., 18., 22., 24.]);
    }

    #[test]
    fn probabilities_are_the_softmax_of_the_covered_image() {
        let image = Tensor::new(&[[[[0.5f32, -0.25], [0.125, 0.25]]]], &Device::Cpu).unwrap();
        let images = Tensor::cat(&[&image, &image.neg().unwrap()], 0).unwrap();
        let model = sum_of_pixels(4);
        let (uncovered, covered) = occlusion_probabilities(&model, &images, 1, 1, 0.0, 0).unwrap();
        assert_eq!(covered.dims(), [2, 1, 2, 2]);
        // Of two logits s and -s, where s is the sum of the pixels that are left.
        let probability = |sum: f32| 1.0 / (1.0 + (-2.0 * sum).exp());
        let sums = [0.125f32, 0.875, 0.5, 0.375];
        let negative = sums.map(|sum| -sum);
        let expected = [0.625, -0.625].into_iter().chain(sums).chain(negative);
        let found = [numbers(&uncovered), numbers(&covered)].concat();
        for (found, sum) in found.into_iter().zip(expected) {
            assert!((found - probability(sum)).abs() < 1e-6, "{found} at {sum}");
        }
    }

    #[test]
    fn all_places_are_seen_when_they_take_several_batches() {
        let pixels: Vec<f32> = (0..28 * 28u16).map(f32::from).collect();
        let image = Tensor::from_vec(pixels.clone(), (1, 1, 28, 28), &Device::Cpu).unwrap();
        let model = sum_of_pixels(28 * 28);
        let places = |stride| occlusion_drops(&model, &image, 8, stride, 0.0, 0).unwrap();
        assert_eq!(places(4).dims(), [1, 1, 6, 6]);
        let single = occlusion_drops(&model, &image, 1, 1, 0.0, 0).unwrap();
        // Logits of about 300,000 in single precision.
        for (found, pixel) in numbers(&single).iter().zip(&pixels) {
            assert!((found - pixel).abs() < 1.0, "{found} is not {pixel}");
        }
    }

    #[test]
    fn a_patch_that_does_not_fit_is_refused() {
        let image = Tensor::zeros((1, 1, 4, 6), DType::F32, &Device::Cpu).unwrap();
        for (patch, stride) in [(5, 1), (0, 1), (2, 0)] {
            let map = occlusion(&sum_of_pixels(24), &image, patch, stride, 0.0, 0);
            let message = map.unwrap_err().to_string();
            assert!(message.contains("do not fit images of 4 x 6"), "{message}");
        }
    }
}
