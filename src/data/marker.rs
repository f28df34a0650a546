//! A planted shortcut: a small bright marker on the images of a class.

use super::{Dataset, Reads, image_shape};
use crate::{Error, Result, Tensor};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A data set whose images of some classes carry a bright square, like the letter that a technician puts beside a patient.
///
/// A network that trains on such images may look at the marker alone, which is easier than the disease. Real networks for chest
/// X-rays have done so (Zech et al. 2018). Since you know where the marker is, you can check whether an explanation finds it:
/// [`masks`](Self::masks) gives the place, and [`explain::share_within`](crate::explain::share_within) compares.
///
/// At first no image is marked; [`share`](Self::share) says which are. Images are (1, H, W) or (3, H, W) with values in `0..=1`,
/// targets are a class each. Mark the images before you [`Normalize`](super::Normalize) them.
///
/// ```
/// use eosin::prelude::*;
/// let scans = Pneumonia::synthetic(80, 20, 40, 42).split();
/// // All images of class 1 have a marker of 3 x 3 pixels, and one in ten of class 0.
/// let marked = data::Marker::new(scans.train, 1).share(1, 1.0).share(0, 0.1).at(2, 22);
/// let (images, classes) = marked.first(8)?;
/// let masks = marked.masks(0..8)?;
/// assert_eq!(masks.dims(), [8, 1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Marker<D> {
    dataset: D,
    seed: u64,
    /// Classes and the share of their images that is marked.
    shares: Vec<(u32, f64)>,
    size: usize,
    top: usize,
    left: usize,
    brightness: f64,
}

impl<D: Dataset> Marker<D> {
    /// A marker of 3 x 3 pixels as bright as can be, 2 pixels from the top and the left. The seed decides which images are marked.
    pub fn new(dataset: D, seed: u64) -> Self {
        Marker {
            dataset,
            seed,
            shares: Vec::new(),
            size: 3,
            top: 2,
            left: 2,
            brightness: 1.0,
        }
    }

    /// Marks this share of the images of `class`, from 0 to 1: each image with this probability, whatever the others are.
    pub fn share(mut self, class: u32, share: f64) -> Self {
        self.shares.retain(|(known, _)| *known != class);
        self.shares.push((class, share));
        self
    }

    /// How many pixels the marker is high and wide.
    pub fn size(mut self, size: usize) -> Self {
        self.size = size;
        self
    }

    /// The row and column of the marker's top left pixel, counted from 0.
    pub fn at(mut self, row: usize, column: usize) -> Self {
        (self.top, self.left) = (row, column);
        self
    }

    /// The value of the marker's pixels, 1 for white.
    pub fn brightness(mut self, brightness: f64) -> Self {
        self.brightness = brightness;
        self
    }

    /// The data set without markers: the other half of each pair.
    pub fn unmarked(&self) -> &D {
        &self.dataset
    }

    /// Where the marker is on each of these images: (N, 1, H, W), 1 in the marker and 0 elsewhere, all 0 if there is none.
    ///
    /// # Errors
    /// As [`Dataset::get`]; and when there is no index.
    pub fn masks(&self, indices: impl IntoIterator<Item = usize>) -> Result<Tensor> {
        let mask = |index: usize| {
            let (image, target) = self.dataset.get(index)?;
            match self.marks(index, &target)? {
                true => self.mask(&image),
                false => image.narrow(0, 0, 1)?.zeros_like(),
            }
        };
        let masks: Vec<Tensor> = indices.into_iter().map(mask).collect::<Result<_>>()?;
        if masks.is_empty() {
            return Err(Error::Data(
                "Marker: there is no mask, because there is no index; ask for those of some images, such as `masks(0..8)?`".to_owned(),
            ));
        }
        Tensor::stack(&masks, 0)
    }

    /// Whether image `index` has a marker.
    fn marks(&self, index: usize, target: &Tensor) -> Result<bool> {
        if target.rank() != 0 || !target.dtype().is_int() {
            return Err(Error::Invalid(format!(
                "Marker: the target of an image must be its class, a single integer; that of image {index} is {:?} ({})",
                target.shape(),
                target.dtype().as_str()
            )));
        }
        let class = target
            .to_dtype(candle_core::DType::U32)?
            .to_scalar::<u32>()?;
        let share = self.shares.iter().find(|(known, _)| *known == class);
        // One random number for each image, so that a larger share marks the same images and more.
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(index as u64);
        Ok(share.is_some_and(|&(_, share)| random.random::<f64>() < share))
    }

    /// The marker's place on an image (C, H, W): (1, H, W).
    fn mask(&self, image: &Tensor) -> Result<Tensor> {
        let (_, height, width) = image_shape("Marker", image)?;
        let Marker {
            size, top, left, ..
        } = *self;
        if size == 0 || top + size > height || left + size > width {
            return Err(Error::Invalid(format!(
                "Marker: {size} x {size} pixels at row {top} and column {left} are not within an image of {height} x {width}: choose \
                 another `size` or place (`at`)"
            )));
        }
        let marker = Tensor::ones((1, size, size), image.dtype(), image.device())?;
        let rows = marker.pad_with_zeros(1, top, height - top - size)?;
        rows.pad_with_zeros(2, left, width - left - size)
    }
}

impl<D: Dataset> Dataset for Marker<D> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (image, target) = self.dataset.get(index)?;
        if !self.marks(index, &target)? {
            return Ok((image, target));
        }
        let mask = self.mask(&image)?;
        let rest = image.broadcast_mul(&mask.affine(-1.0, 1.0)?)?;
        Ok((rest.broadcast_add(&(mask * self.brightness)?)?, target))
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        self.dataset.visit_reads(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::GreyImages;
    use candle_core::DType;

    /// Images of 4 x 5 pixels of brightness 0.2, whose classes take turns.
    fn grey(count: usize) -> GreyImages {
        let classes = (0..count).map(|index| (index % 2) as u8).collect();
        GreyImages::new((4, 5), vec![51; 20 * count], classes).unwrap()
    }

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn the_marker_is_where_its_mask_says_and_the_rest_of_the_image_stays() {
        let marked = Marker::new(grey(2), 1)
            .share(1, 1.0)
            .size(2)
            .at(1, 3)
            .brightness(0.9);
        let place = [
            [0u8, 0, 0, 0, 0],
            [0, 0, 0, 1, 1],
            [0, 0, 0, 1, 1],
            [0, 0, 0, 0, 0],
        ]
        .concat();
        let masks = numbers(&marked.masks(0..2).unwrap());
        let wanted: Vec<f32> = [vec![0; 20], place.clone()]
            .concat()
            .into_iter()
            .map(f32::from)
            .collect();
        assert_eq!(masks, wanted);
        let (images, classes) = marked.first(2).unwrap();
        assert_eq!(classes.to_vec1::<u32>().unwrap(), [0, 1]);
        for (pixel, marked) in numbers(&images).iter().zip(&masks) {
            assert_eq!(*pixel, if *marked == 1.0 { 0.9 } else { 0.2 });
        }
        assert_eq!(numbers(&marked.unmarked().get(1).unwrap().0), [0.2; 20]);
    }

    #[test]
    fn the_seed_decides_which_images_of_a_class_are_marked() {
        let marked = |seed: u64, share: f64| -> Vec<usize> {
            let images = Marker::new(grey(1000), seed).at(0, 0);
            let images = images.share(0, 0.9).share(0, share);
            let means = images.masks(0..1000).unwrap().mean((1, 2, 3)).unwrap();
            let means: Vec<f32> = means.to_vec1().unwrap();
            (0..1000).filter(|&index| means[index] > 0.0).collect()
        };
        let (third, half) = (marked(1, 0.3), marked(1, 0.5));
        assert!((120..180).contains(&third.len()), "{} of 500", third.len());
        assert!(
            third
                .iter()
                .all(|index| index % 2 == 0 && half.contains(index))
        );
        assert_eq!(third, marked(1, 0.3));
        assert_ne!(third, marked(2, 0.3));
        assert_eq!((marked(1, 0.0).len(), marked(1, 1.0).len()), (0, 500));
    }

    #[test]
    fn what_cannot_be_marked_is_told() {
        let marker = |size, row| Marker::new(grey(1), 1).share(0, 1.0).size(size).at(row, 0);
        for marked in [marker(3, 2), marker(0, 0)] {
            let message = marked.get(0).unwrap_err().to_string();
            assert!(
                message.contains("not within an image of 4 x 5"),
                "{message}"
            );
        }
        let message = marker(3, 0).masks([]).unwrap_err().to_string();
        assert!(message.contains("masks(0..8)"), "{message}");
        assert!(
            marker(3, 0)
                .masks([1])
                .unwrap_err()
                .to_string()
                .contains("no image 1")
        );
        let segmented = Marker::new(Segmented, 1).get(0).unwrap_err();
        assert!(
            segmented.to_string().contains("must be its class"),
            "{segmented}"
        );
    }

    /// An image with a mask as its target.
    struct Segmented;

    impl Dataset for Segmented {
        fn len(&self) -> usize {
            1
        }

        fn get(&self, _: usize) -> Result<(Tensor, Tensor)> {
            let image = Tensor::zeros((1, 4, 5), DType::F32, &candle_core::Device::Cpu)?;
            Ok((image.clone(), image))
        }
    }
}
