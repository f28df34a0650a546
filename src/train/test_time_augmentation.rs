//! The same images seen in several ways, and one answer.

use super::tensor_mean::tensor_mean;
use crate::nn::no_grad;
use crate::{Error, Result, Tensor};
use candle_core::D;

/// The mean of what `function` says about `images` (N, C, H, W) as they are, flipped, and rotated by quarter turns: 8 ways, each of
/// them undone in the result (N, K, H, W). Under a microscope there is no up and no left, and mistakes that depend on them cancel out.
///
/// A mean of probabilities is easier to understand than one of logits: let `function` end with a sigmoid or softmax. Images that are
/// not square change their sides when they are turned. No gradients are followed. Set the model to evaluation mode before, by
/// `model.eval()`.
///
/// ```
/// use eosin::prelude::*;
/// use eosin::train::test_time_augmentation;
/// let model = UNet::new(42, &Device::Cpu)?;
/// model.eval();
/// let images = Tensor::rand(0f32, 1., (1, 3, 16, 32), &Device::Cpu)?;
/// let probabilities = test_time_augmentation(|images| ops::sigmoid(&model.forward(images)?), &images)?;
/// assert_eq!(probabilities.dims(), [1, 1, 16, 32]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When images are not (N, C, H, W), or `function` fails or returns maps of another height and width.
pub fn test_time_augmentation(
    function: impl Fn(&Tensor) -> Result<Tensor>,
    images: &Tensor,
) -> Result<Tensor> {
    if images.rank() != 4 {
        return Err(Error::Invalid(format!(
            "test_time_augmentation: images must be (N, C, H, W), these are {:?}",
            images.shape()
        )));
    }
    let answers = VIEWS.into_iter().map(|view| {
        let seen = view.of(images)?;
        let answer = no_grad(|| function(&seen))?;
        if answer.rank() != 4 || answer.dims()[2..] != seen.dims()[2..] {
            return Err(Error::Invalid(format!(
                "test_time_augmentation: for images {:?} the function returned {:?}, but it must return maps of their height and \
                 width, (N, K, H, W)",
                seen.dims(),
                answer.dims()
            )));
        }
        view.undone(&answer)
    });
    tensor_mean("test_time_augmentation", answers)
}

/// One of the 8 ways to lay a picture on a table with edges along the table's: rows and columns change places or not, and then it is
/// flipped along some of the two.
#[derive(Debug, Clone, Copy)]
struct View {
    is_transposed: bool,
    flips: &'static [usize],
}

const VIEWS: [View; 8] = {
    const fn view(is_transposed: bool, flips: &'static [usize]) -> View {
        View {
            is_transposed,
            flips,
        }
    }
    [
        view(false, &[]),
        view(false, &[2]),
        view(false, &[3]),
        view(false, &[2, 3]),
        view(true, &[]),
        view(true, &[2]),
        view(true, &[3]),
        view(true, &[2, 3]),
    ]
};

impl View {
    fn of(self, images: &Tensor) -> Result<Tensor> {
        self.flipped(&self.transposed(images)?)
    }

    fn undone(self, images: &Tensor) -> Result<Tensor> {
        self.transposed(&self.flipped(images)?)
    }

    fn transposed(self, images: &Tensor) -> Result<Tensor> {
        match self.is_transposed {
            true => images.transpose(D::Minus2, D::Minus1)?.contiguous(),
            false => images.contiguous(),
        }
    }

    fn flipped(self, images: &Tensor) -> Result<Tensor> {
        match self.flips {
            [] => Ok(images.clone()),
            axes => images.flip(axes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    fn images() -> Tensor {
        let values = Tensor::arange(0f32, 48.0, &Device::Cpu).unwrap();
        values.reshape((2, 2, 3, 4)).unwrap()
    }

    fn values(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn what_turns_with_the_image_stays_as_it_is_and_all_eight_views_are_different() {
        let seen = RefCell::new(BTreeSet::new());
        // A function of single pixels turns with the image.
        let mean = test_time_augmentation(
            |images| {
                let numbers = values(images).into_iter().map(|value| value as u32);
                seen.borrow_mut().insert(numbers.collect::<Vec<_>>());
                images.sqr()
            },
            &images(),
        )
        .unwrap();
        assert_eq!(seen.borrow().len(), 8);
        let wanted = values(&images().sqr().unwrap());
        for (found, wanted) in values(&mean).iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-3, "{found}, not {wanted}");
        }
    }

    #[test]
    fn an_answer_that_depends_on_up_and_left_becomes_one_that_does_not() {
        // 1 in the top left corner, wherever that is: the mean has a quarter in each corner.
        let corner = |images: &Tensor| {
            let (count, _, height, width) = images.dims4()?;
            let mut map = vec![0f32; height * width];
            map[0] = 1.0;
            let map = Tensor::from_vec(map, (1, 1, height, width), &Device::Cpu)?;
            map.repeat((count, 1, 1, 1))
        };
        let mean = test_time_augmentation(corner, &images()).unwrap();
        assert_eq!(mean.dims(), [2, 1, 3, 4]);
        let wanted = [
            0.25, 0.0, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0, 0.25,
        ];
        assert_eq!(values(&mean.get(1).unwrap()), wanted);
    }

    #[test]
    fn what_is_not_a_map_of_the_images_is_refused() {
        let message = |result: Result<Tensor>| result.unwrap_err().to_string();
        let classes = test_time_augmentation(|images| images.mean((2, 3)), &images());
        assert!(message(classes).contains("it must return maps"));
        let one = test_time_augmentation(|images| Ok(images.clone()), &images().get(0).unwrap());
        assert!(message(one).contains("(N, C, H, W)"));
    }
}
