//! Nuclei in microscopy images: the 2018 Data Science Bowl (BBBC038, Caicedo et al. 2019, CC0), in Kaggle's layout
//! `<id>/images/<id>.png` and `<id>/masks/*.png`, one mask for each nucleus, as a folder or still zipped.

mod kaggle_layout;
mod sample;

pub use kaggle_layout::NAME;

use self::kaggle_layout::{Entry, Source, locate};
use self::sample::Sample;
use super::folder::{DATA_VARIABLE, folders};
use super::{Dataset, Split, split, synthetic};
use crate::display::{Bundle, display_bundle};
use crate::{Error, Result, Tensor};
use candle_core::Device;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How to read the images.
#[derive(Debug, Clone)]
pub struct Options {
    /// Images are resized to this height and width; a U-Net needs a multiple of 16.
    pub size: usize,
    /// Read at most this many images, the first by name.
    pub limit: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            size: 256,
            limit: None,
        }
    }
}

/// An image that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub id: String,
    pub reason: String,
}

/// Images with the union of their nuclei's masks, resized and in memory.
///
/// A sample is an image (3, size, size) with values in `0..=1` and a mask (1, size, size) of 0 and 1, both f32.
#[derive(Clone)]
pub struct Nuclei {
    size: usize,
    /// Shared, so that a clone costs nothing.
    samples: Arc<Vec<Sample>>,
    unreadable: Vec<Unreadable>,
}

impl std::fmt::Debug for Nuclei {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (count, size) = (self.samples.len(), self.size);
        write!(
            formatter,
            "Nuclei: {count} images of {size} x {size} pixels"
        )?;
        match self.unreadable.len() {
            0 => Ok(()),
            count => write!(formatter, ", {count} left out"),
        }
    }
}

impl Nuclei {
    /// Reads a folder or zip file in Kaggle's layout, or a folder that holds it as `stage1_train` or `stage1_train.zip`.
    ///
    /// Images that cannot be read are left out; [`Nuclei::unreadable`] lists them.
    ///
    /// # Errors
    /// When there is no such data set at `path`, the zip file is cut short, or no image can be read.
    pub fn load(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        let path = path.as_ref();
        if options.size == 0 {
            return Err(Error::Invalid(
                "nuclei: the size must be at least 1".to_owned(),
            ));
        }
        let source = Source::open(path)?;
        let mut entries: Vec<(String, Entry)> = source.entries()?.into_iter().collect();
        entries.truncate(options.limit.unwrap_or(usize::MAX));
        if entries.is_empty() {
            return Err(Error::Data(format!(
                "{}: there are no images; the layout must be <id>/images/<id>.png and <id>/masks/*.png",
                path.display()
            )));
        }
        let read: Vec<Result<Sample, Unreadable>> = entries
            .par_iter()
            .map_init(
                || source.reader(),
                |reader, (id, entry)| {
                    let sample = reader
                        .as_mut()
                        .map_err(|error| error.to_string())
                        .and_then(|reader| Sample::read(id, entry, reader, options.size));
                    sample.map_err(|reason| Unreadable {
                        id: id.clone(),
                        reason,
                    })
                },
            )
            .collect();
        let (mut samples, mut unreadable) = (Vec::new(), Vec::new());
        for outcome in read {
            match outcome {
                Ok(sample) => samples.push(sample),
                Err(reason) => unreadable.push(reason),
            }
        }
        match unreadable.first() {
            Some(first) if samples.is_empty() => Err(Error::Data(format!(
                "{}: none of {} images can be read; {}: {}",
                path.display(),
                entries.len(),
                first.id,
                first.reason
            ))),
            _ => Ok(Nuclei {
                size: options.size,
                samples: Arc::new(samples),
                unreadable,
            }),
        }
    }

    /// `count` synthetic images, see [`synthetic`].
    pub fn synthetic(count: usize, seed: u64, options: &Options) -> Self {
        let size = options.size;
        let samples = (0..count.min(options.limit.unwrap_or(usize::MAX)))
            .into_par_iter()
            .map(|index| {
                let picture = synthetic::picture(size, seed, index as u64);
                let grey: Vec<u8> = picture
                    .image
                    .iter()
                    .map(|value| (value * 255.0).round() as u8)
                    .collect();
                Sample {
                    id: format!("synthetic-{index:04}"),
                    image: [grey.as_slice(), &grey, &grey].concat(),
                    mask: picture.mask.into_iter().map(u8::from).collect(),
                }
            })
            .collect();
        Nuclei {
            size,
            samples: Arc::new(samples),
            unreadable: Vec::new(),
        }
    }

    /// Loads the real images if this machine has them (see [`find`]), or else makes 200 synthetic ones; shows which.
    ///
    /// # Errors
    /// When there are real images that cannot be read.
    pub fn load_or_synthesize(options: &Options) -> Result<Self> {
        let (nuclei, words) = match find() {
            Some(path) => {
                let nuclei = Self::load(&path, options)?;
                let left_out = match nuclei.unreadable.len() {
                    0 => String::new(),
                    count => format!(" ({count} could not be read)"),
                };
                let words = format!(
                    "{} real microscopy images from {}{left_out}.",
                    nuclei.len(),
                    path.display()
                );
                (nuclei, words)
            }
            None => {
                let nuclei = Self::synthetic(200, 0, options);
                let words = format!(
                    "{} synthetic images: no real ones were found. To get real ones, run `data::download::nuclei()`, or set \
                     {DATA_VARIABLE} to the folder that holds {NAME}.zip.",
                    nuclei.len()
                );
                (nuclei, words)
            }
        };
        display_bundle(&Bundle::text(words));
        Ok(nuclei)
    }

    /// The number of images in a folder or zip file in Kaggle's layout, without reading them.
    ///
    /// # Errors
    /// As for [`Nuclei::load`].
    pub fn count(path: impl AsRef<Path>) -> Result<usize> {
        Ok(Source::open(path.as_ref())?.entries()?.len())
    }

    /// Images that were left out, and why.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// The id of a sample.
    pub fn id(&self, index: usize) -> Option<&str> {
        self.samples.get(index).map(|sample| sample.id.as_str())
    }

    /// Shuffles by `seed` and splits 60 / 20 / 20 for training, validation and test.
    pub fn split(&self, seed: u64) -> Split<Self> {
        split(self.clone(), seed)
    }
}

impl Dataset for Nuclei {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let sample = self.samples.get(index).ok_or_else(|| {
            Error::Data(format!(
                "there is no image {index}, the data set has {}",
                self.samples.len()
            ))
        })?;
        let values = |bytes: &[u8], scale: f32| {
            bytes
                .iter()
                .map(|&byte| f32::from(byte) * scale)
                .collect::<Vec<f32>>()
        };
        let image = Tensor::from_vec(
            values(&sample.image, 1.0 / 255.0),
            (3, self.size, self.size),
            &Device::Cpu,
        )?;
        let mask = Tensor::from_vec(
            values(&sample.mask, 1.0),
            (1, self.size, self.size),
            &Device::Cpu,
        )?;
        Ok((image, mask))
    }
}

/// Where this machine has the real images: in the folder that `EOSIN_DATA` names, or else in the user's data folder.
pub fn find() -> Option<PathBuf> {
    folders().find_map(|folder| locate(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, GrayImage, ImageFormat, Luma, LumaA, Rgba};
    use std::fs::{self, File};
    use std::io::{Cursor, Write};

    fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn mask(x: u32) -> Vec<u8> {
        png(GrayImage::from_fn(8, 8, |column, _| {
            // One of the two masks holds 0 and 1, the other 0 and 255.
            Luma([if column != x {
                0
            } else if x == 1 {
                1
            } else {
                255
            }])
        }))
    }

    fn write(folder: &Path, name: &str, bytes: &[u8]) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// An RGBA, a grey and a grey 16-bit image, with two masks each.
    fn good(folder: &Path) {
        let rgba = png(image::RgbaImage::from_pixel(8, 8, Rgba([255, 51, 0, 255])));
        let grey = png(image::GrayAlphaImage::from_pixel(8, 8, LumaA([102, 255])));
        let deep = png(image::ImageBuffer::<Luma<u16>, _>::from_pixel(
            8,
            8,
            Luma([13107]),
        ));
        for (id, image) in [("a", rgba), ("b", grey), ("c", deep)] {
            write(folder, &format!("{id}/images/{id}.png"), &image);
            write(folder, &format!("{id}/masks/1.png"), &mask(1));
            write(folder, &format!("{id}/masks/2.png"), &mask(6));
        }
    }

    fn small() -> Options {
        Options {
            size: 16,
            limit: None,
        }
    }

    fn message(path: &Path) -> String {
        Nuclei::load(path, &small()).unwrap_err().to_string()
    }

    fn check(nuclei: &Nuclei) {
        assert_eq!(nuclei.len(), 3);
        for (index, colour) in [[1.0, 0.2, 0.0], [0.4; 3], [0.2; 3]]
            .into_iter()
            .enumerate()
        {
            let (image, mask) = nuclei.get(index).unwrap();
            assert_eq!(
                (image.dims(), mask.dims()),
                (&[3, 16, 16][..], &[1, 16, 16][..])
            );
            let found = image.mean((1, 2)).unwrap().to_vec1::<f32>().unwrap();
            assert!(
                found
                    .iter()
                    .zip(colour)
                    .all(|(found, wanted)| (found - wanted).abs() < 0.01),
                "{found:?}"
            );
            // Two of eight columns.
            assert_eq!(mask.mean_all().unwrap().to_scalar::<f32>().unwrap(), 0.25);
        }
    }

    #[test]
    fn folders_and_zips_give_the_same_samples() {
        let folder = tempfile::tempdir().unwrap();
        good(&folder.path().join(NAME));
        let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
        check(&nuclei);
        assert_eq!(
            format!("{:?}", nuclei.split(1).test),
            "0 samples of: Nuclei: 3 images of 16 x 16 pixels"
        );

        let path = folder.path().join("images.zip");
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        for id in ["a", "b", "c"] {
            for file in [
                format!("{id}/images/{id}.png"),
                format!("{id}/masks/1.png"),
                format!("{id}/masks/2.png"),
            ] {
                archive
                    .start_file(&file, zip::write::SimpleFileOptions::default())
                    .unwrap();
                archive
                    .write_all(&fs::read(folder.path().join(NAME).join(&file)).unwrap())
                    .unwrap();
            }
        }
        archive.finish().unwrap();
        check(&Nuclei::load(&path, &small()).unwrap());

        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(message(&path).contains("cut short"));
    }

    #[test]
    fn bad_images_are_left_out_and_listed_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        good(folder.path());
        let whole = fs::read(folder.path().join("a/images/a.png")).unwrap();
        write(
            folder.path(),
            "cut/images/cut.png",
            &whole[..whole.len() - 20],
        );
        write(folder.path(), "cut/masks/1.png", &mask(1));
        write(folder.path(), "maskless/images/maskless.png", &whole);
        write(folder.path(), "text/images/text.png", b"not an image");
        write(folder.path(), "text/masks/1.png", &mask(1));
        write(folder.path(), "size/images/size.png", &whole);
        write(
            folder.path(),
            "size/masks/1.png",
            &png(GrayImage::new(4, 8)),
        );
        let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
        check(&nuclei);
        let reasons: Vec<String> = nuclei
            .unreadable()
            .iter()
            .map(|one| format!("{}: {}", one.id, one.reason))
            .collect();
        assert_eq!(reasons.len(), 4, "{reasons:?}");
        for (reason, wanted) in reasons.iter().zip([
            "cut: cut/images/cut.png is not a whole PNG",
            "maskless: there are no masks",
            "size: size/masks/1.png is 4 x 8 pixels, the image 8 x 8",
            "text: text/images/text.png is not a whole PNG",
        ]) {
            assert!(reason.starts_with(wanted), "{reason}");
        }
    }

    #[test]
    fn an_error_for_a_place_without_images_says_what_is_expected() {
        let folder = tempfile::tempdir().unwrap();
        assert!(message(folder.path()).contains("<id>/images/<id>.png"));
        assert!(message(&folder.path().join("none")).contains("there is no such file or folder"));
        write(folder.path(), "a/images/a.png", b"text");
        write(folder.path(), "a/masks/a.png", b"text");
        assert!(message(folder.path()).contains("none of 1 images can be read"));
        write(folder.path(), "file.txt", b"text");
        assert!(message(&folder.path().join("file.txt")).contains("not a whole zip"));
    }
}
