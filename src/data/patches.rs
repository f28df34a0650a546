//! Patches around pixels, for classifying an image pixel by pixel.

use super::{Dataset, Reads};
use crate::ops::Border;
use crate::{Error, Result, Tensor};
use candle_core::DType;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A pixel of a data set's images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Centre {
    /// The image, by its index in the data set.
    pub image: usize,
    pub row: usize,
    pub column: usize,
}

/// Square patches of the images of a data set of (image, mask): a sample is a patch (C, size, size), and as its class the mask's value
/// at its centre, a u32 of shape [].
///
/// The centre of a patch is the pixel in its row and column `size / 2`, counted from 0: a patch of 32 has 16 rows above its centre
/// and 15 below. Patches come image by image and row by row. They are cut out when they are asked for, so that a million of them
/// takes no more memory than the images do.
///
/// ```
/// use eosin::data::{Dataset, Nuclei, Patches, nuclei::Options};
/// use eosin::ops::Border;
/// let nuclei = Nuclei::synthetic(2, 0, &Options::new(128));
/// let patches = Patches::new(&nuclei, 32)?;
/// assert_eq!(patches.len(), 2 * 97 * 97);
/// let (patch, class) = patches.get(0)?;
/// assert_eq!((patch.dims(), class.rank()), (&[3, 32, 32][..], 0));
/// assert_eq!(patches.stride(32)?.padding(Border::Reflect)?.len(), 2 * 4 * 4);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Patches<D> {
    dataset: D,
    size: usize,
    stride: usize,
    border: Option<Border>,
    /// Height and width of each image.
    images: Vec<(usize, usize)>,
    /// How many patches there are up to the end of each image.
    ends: Vec<usize>,
    drawn: Option<Vec<Centre>>,
}

impl<D: Dataset> Patches<D> {
    /// All patches of `size` x `size` pixels that lie within an image. Reads each image once, to learn how large it is; images that
    /// are smaller than a patch have none.
    ///
    /// # Errors
    /// When `size` is 0, an image cannot be read, or a sample is no image (C, H, W) with a mask (1, H, W).
    pub fn new(dataset: D, size: usize) -> Result<Self> {
        if size == 0 {
            return Err(Error::Invalid(
                "Patches: a patch needs at least one pixel".to_owned(),
            ));
        }
        let images = (0..dataset.len()).map(|index| {
            let (image, mask) = dataset.get(index)?;
            match (image.dims(), mask.dims()) {
                (&[_, height, width], &[1, rows, columns]) if (rows, columns) == (height, width) => Ok((height, width)),
                (image, mask) => Err(Error::Invalid(format!(
                    "Patches: sample {index} is {image:?} and {mask:?}; it must be an image (C, H, W) and its mask (1, H, W)"
                ))),
            }
        });
        let images = images.collect::<Result<_>>()?;
        let patches = Patches {
            dataset,
            size,
            stride: 1,
            border: None,
            images,
            ends: Vec::new(),
            drawn: None,
        };
        patches.counted()
    }

    /// The distance from one centre to the next, in pixels, along rows and columns. It is 1 unless you say otherwise.
    ///
    /// # Errors
    /// When it is 0, or [`balanced`](Patches::balanced) has drawn its patches already.
    pub fn stride(self, stride: usize) -> Result<Self> {
        if stride == 0 {
            return Err(Error::Invalid(
                "Patches: the stride must be at least 1".to_owned(),
            ));
        }
        Patches { stride, ..self }.counted()
    }

    /// Patches around all pixels of an image ("same"), also those near its edge: what lies beyond the edge is as `border` says.
    ///
    /// # Errors
    /// When an image is so small that its mirror does not fill a patch, or [`balanced`](Patches::balanced) has drawn its patches
    /// already.
    pub fn padding(self, border: Border) -> Result<Self> {
        let beyond = self.size / 2;
        let small = self
            .images
            .iter()
            .position(|&(height, width)| height.min(width) <= beyond);
        if let (Border::Reflect, Some(index)) = (border, small) {
            let (height, width) = self.images[index];
            return Err(Error::Invalid(format!(
                "Patches: image {index} has {height} x {width} pixels, too few for patches of {} with a mirror at the edge: it must \
                 have more than {beyond} rows and columns; take `Border::Zeros`, or smaller patches",
                self.size
            )));
        }
        let border = Some(border);
        Patches { border, ..self }.counted()
    }

    /// Draws as many patches of each class, `count` of them, from all that stride and padding allow, by `seed` and without
    /// replacement. So call it last.
    ///
    /// # Errors
    /// When a class has fewer patches, an image cannot be read, or a mask holds what is no class: a number below 0, or NaN.
    pub fn balanced(mut self, count: usize, seed: u64) -> Result<Self> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut classes: BTreeMap<u32, Reservoir> = BTreeMap::new();
        for image in 0..self.images.len() {
            let (_, mask) = self.dataset.get(image)?;
            let (_, width) = self.images[image];
            let mask = mask.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
            for centre in self.centres_of(image) {
                let class = class_of(mask[centre.row * width + centre.column], centre)?;
                classes
                    .entry(class)
                    .or_default()
                    .offer(centre, count, &mut random);
            }
        }
        if let Some((class, found)) = classes.iter().find(|(_, found)| found.seen < count) {
            return Err(Error::Data(format!(
                "balanced: class {class} has {} patches, fewer than {count}; ask for fewer, or take a smaller stride or more images",
                found.seen
            )));
        }
        let drawn = classes.into_values().flat_map(|found| found.drawn);
        self.drawn = Some(drawn.collect());
        Ok(self)
    }

    /// Where the centre of patch `index` is.
    ///
    /// # Errors
    /// When there is no such patch.
    pub fn centre(&self, index: usize) -> Result<Centre> {
        let missing = || {
            Error::Data(format!(
                "there is no patch {index}, there are {}",
                self.len()
            ))
        };
        if let Some(drawn) = &self.drawn {
            return drawn.get(index).copied().ok_or_else(missing);
        }
        let image = self.ends.partition_point(|&end| end <= index);
        let before = image.checked_sub(1).map_or(0, |image| self.ends[image]);
        let (_, columns) = self.places(*self.images.get(image).ok_or_else(missing)?);
        let place = index - before;
        Ok(self.centre_at(image, place / columns, place % columns))
    }

    fn centre_at(&self, image: usize, row: usize, column: usize) -> Centre {
        let first = match self.border {
            Some(_) => 0,
            None => self.size / 2,
        };
        Centre {
            image,
            row: first + row * self.stride,
            column: first + column * self.stride,
        }
    }

    fn centres_of(&self, image: usize) -> impl Iterator<Item = Centre> {
        let (rows, columns) = self.places(self.images[image]);
        (0..rows * columns)
            .map(move |place| self.centre_at(image, place / columns, place % columns))
    }

    /// Rows and columns of patches in an image of this height and width.
    fn places(&self, (height, width): (usize, usize)) -> (usize, usize) {
        let along = |length: usize| match self.border {
            Some(_) => length.div_ceil(self.stride),
            None => (length + 1).saturating_sub(self.size).div_ceil(self.stride),
        };
        (along(height), along(width))
    }

    /// With the number of patches that there are now.
    fn counted(mut self) -> Result<Self> {
        if self.drawn.is_some() {
            return Err(Error::Invalid(
                "Patches: stride and padding decide which patches there are, so give them before `.balanced(...)`".to_owned(),
            ));
        }
        let counts = self.images.iter().map(|&image| {
            let (rows, columns) = self.places(image);
            rows * columns
        });
        self.ends = counts
            .scan(0, |end, count| {
                *end += count;
                Some(*end)
            })
            .collect();
        Ok(self)
    }
}

impl<D: Dataset> Dataset for Patches<D> {
    fn len(&self) -> usize {
        match &self.drawn {
            Some(drawn) => drawn.len(),
            None => self.ends.last().copied().unwrap_or(0),
        }
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let centre = self.centre(index)?;
        let (image, mask) = self.dataset.get(centre.image)?;
        let start = |centre: usize| centre as isize - (self.size / 2) as isize;
        // Without padding, no patch reaches beyond the edge.
        let border = self.border.unwrap_or_default();
        let rows = border.cut(&image, 1, start(centre.row), self.size)?;
        let patch = border.cut(&rows, 2, start(centre.column), self.size)?;
        let value = mask.narrow(1, centre.row, 1)?.narrow(2, centre.column, 1)?;
        let value = value
            .to_dtype(DType::F32)?
            .reshape(())?
            .to_scalar::<f32>()?;
        let class = Tensor::new(class_of(value, centre)?, image.device())?;
        Ok((patch.contiguous()?, class))
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        self.dataset.visit_reads(visit);
    }
}

fn class_of(value: f32, centre: Centre) -> Result<u32> {
    match value >= 0.0 && value.is_finite() {
        true => Ok(value.round() as u32),
        false => Err(Error::Data(format!(
            "Patches: the mask of image {} holds {value} in row {} and column {}; a class is a number from 0",
            centre.image, centre.row, centre.column
        ))),
    }
}

/// A fair draw from a stream of unknown length (Vitter 1985, algorithm R).
#[derive(Debug, Default)]
struct Reservoir {
    seen: usize,
    drawn: Vec<Centre>,
}

impl Reservoir {
    fn offer(&mut self, centre: Centre, count: usize, random: &mut ChaCha8Rng) {
        self.seen += 1;
        if self.drawn.len() < count {
            self.drawn.push(centre);
            return;
        }
        let place = random.random_range(0..self.seen);
        if let Some(old) = self.drawn.get_mut(place) {
            *old = centre;
        }
    }
}

#[cfg(test)]
mod tests;
