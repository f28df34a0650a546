//! A segmentation patch by patch.

use crate::display::interrupt::{Guard, interrupted};
use crate::nn::Module;
use crate::ops::Border;
use crate::{Error, Result, Tensor};

/// Classifies every pixel of an image (C, H, W) by the patch of `patch` x `patch` pixels around it, one row of pixels after the other:
/// the logits (classes, H, W) that a `model` from patches (N, C, patch, patch) to logits (N, classes) gives in evaluation mode.
///
/// The centre of a patch is the pixel in its row and column `patch / 2`, counted from 0, as for
/// [`Patches`](crate::data::Patches); what lies beyond the edge of the image is as `border` says. After each row, `after_row` gets
/// the number of rows that are done, and the logits so far, with zeros where none are yet: draw them, and you see the patch at
/// work.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{self, Layers};
/// use eosin::ops::Border;
/// let model = nn::sequential![nn::Flatten, nn::Linear::new(3 * 8 * 8, 2)].init(1, &Device::Cpu)?;
/// let image = Tensor::zeros((3, 10, 12), DType::F32, &Device::Cpu)?;
/// let logits = eosin::train::predict_patches(&model, &image, 8, Border::Reflect, |rows, _| {
///     println!("{rows} of 10 rows");
///     Ok(())
/// })?;
/// assert_eq!(logits.dims(), [2, 10, 12]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image is not (C, H, W) or does not fit border and model, the model's output is not (N, classes), `after_row` fails, or you
/// press stop.
pub fn predict_patches(
    model: &dyn Module,
    image: &Tensor,
    patch: usize,
    border: Border,
    mut after_row: impl FnMut(usize, &Tensor) -> Result<()>,
) -> Result<Tensor> {
    let refuse = |reason: String| Err(Error::Invalid(format!("predict_patches: {reason}")));
    let &[_, height, width] = image.dims() else {
        return refuse(format!("image {:?} must be (C, H, W)", image.shape()));
    };
    if height * width == 0 {
        return refuse(format!("image {:?} has no pixels", image.shape()));
    }
    let padded = border.pad(&image.to_device(&model.parameters().device())?, patch)?;
    let _guard = Guard::new();
    let mut rows: Vec<Tensor> = Vec::new();
    for row in 0..height {
        if interrupted() {
            return refuse(format!("it was interrupted after {row} of {height} rows"));
        }
        let strip = padded.narrow(1, row, patch)?;
        let patches = (0..width).map(|column| strip.narrow(2, column, patch));
        let output = model.predict(&Tensor::stack(&patches.collect::<Result<Vec<_>>>()?, 0)?)?;
        if output.rank() != 2 {
            return refuse(format!(
                "the model must give logits (N, classes), it gave {:?}",
                output.shape()
            ));
        }
        rows.push(output.t()?.unsqueeze(1)?);
        let so_far = Tensor::cat(&rows, 1)?.pad_with_zeros(1, 0, height - rows.len())?;
        after_row(rows.len(), &so_far)?;
    }
    Tensor::cat(&rows, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, GreyImages};
    use crate::nn::{self, Layers};
    use crate::sequential;
    use candle_core::{DType, Device};

    #[test]
    fn each_pixel_gets_the_logits_of_the_patch_around_it_row_by_row() {
        let pixels: Vec<u8> = (0..30).collect();
        let (image, _) = GreyImages::new((5, 6), pixels, vec![0])
            .unwrap()
            .get(0)
            .unwrap();
        // One logit, the sum of the patch; the other, minus its top left pixel.
        let model = sequential![nn::Flatten, nn::Linear::new(4, 2).bias(false)]
            .init(1, &Device::Cpu)
            .unwrap();
        let weight = Tensor::new(&[[255f32; 4], [-255., 0., 0., 0.]], &Device::Cpu).unwrap();
        model
            .parameters()
            .get("1.weight")
            .unwrap()
            .set(&weight)
            .unwrap();
        let mut seen = Vec::new();
        let logits = predict_patches(&model, &image, 2, Border::Zeros, |rows, logits| {
            let done = logits
                .ne(0.)?
                .to_dtype(DType::F32)?
                .sum_all()?
                .to_scalar::<f32>()?;
            seen.push((rows, done));
            assert_eq!(logits.dims(), [2, 5, 6]);
            Ok(())
        });
        let logits = logits.unwrap();
        let rounded = logits.round().unwrap().to_vec3::<f32>().unwrap();
        assert_eq!(rounded[0][1], [6., 14., 18., 22., 26., 30.]);
        assert_eq!(rounded[1][2], [0., -6., -7., -8., -9., -10.]);
        assert_eq!(seen.len(), 5);
        assert!(
            seen.windows(2)
                .all(|pair| pair[0].0 + 1 == pair[1].0 && pair[0].1 < pair[1].1)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let model = sequential![nn::Conv2d::new(1, 2, 1)]
            .init(1, &Device::Cpu)
            .unwrap();
        let image = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        for (shape, reason) in [
            (&[1, 1, 4, 4][..], "must be (C, H, W)"),
            (&[1, 0, 4][..], "no pixels"),
            (&[1, 4, 4][..], "(N, classes)"),
        ] {
            let outcome = predict_patches(&model, &image(shape), 3, Border::Zeros, |_, _| Ok(()));
            let message = outcome.unwrap_err().to_string();
            assert!(message.contains(reason), "{message}");
        }
    }
}
