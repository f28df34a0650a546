//! The answers for all images of a challenge.

use super::checked;
use super::image_list::{ImageList, ImageSize};
use super::rows::HEADER;
use crate::data::rle;
use crate::morph::LabelMap;
use crate::whole_file::write_whole;
use crate::{Error, Result};
use std::fmt;
use std::io::Write;
use std::path::Path;

/// The objects of many images, for a challenge's file.
///
/// Each image is added once, with all its objects, at the size at which the challenge gave it out. What is added is checked at
/// once; objects of a label map cannot overlap.
///
/// ```
/// use eosin::{data::submission::{ImageSize, Submission}, morph::LabelMap};
/// let mut submission = Submission::for_images(&[ImageSize::new("cells", 2, 3), ImageSize::new("empty", 2, 2)])?;
/// submission.add("empty", &LabelMap::new(2, 2, vec![0; 4])?)?;
/// submission.add("cells", &LabelMap::new(2, 3, vec![1, 0, 2, 1, 1, 2])?)?;
/// assert_eq!(submission.text()?, "ImageId,EncodedPixels\ncells,1 2 4 1\ncells,5 2\nempty,\n");
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Submission {
    images: ImageList,
    /// The runs of each image's objects; none if the image was not added yet.
    objects: Vec<Option<Vec<String>>>,
    /// Whether the list of images was given, so that no other can be added.
    is_list_given: bool,
}

impl Submission {
    /// For any images. They are written in the order in which they are added.
    pub fn new() -> Self {
        Self::default()
    }

    /// For exactly these images. They are written in this order, whatever the order in which they are added.
    ///
    /// # Errors
    /// When an id is there twice, is empty, or holds a comma, a quote or the end of a line.
    pub fn for_images(images: &[ImageSize]) -> Result<Self> {
        Ok(Submission {
            images: ImageList::new(images)?,
            objects: vec![None; images.len()],
            is_list_given: true,
        })
    }

    /// Adds an image with its objects, in the order of their numbers.
    ///
    /// # Errors
    /// When the image was added already, has another size than in the list, or is not in it; without a list, when its id is empty,
    /// or holds a comma, a quote or the end of a line.
    pub fn add(&mut self, image_id: &str, labels: &LabelMap) -> Result<()> {
        let place = match self.images.place(image_id) {
            Some(place) => place,
            None if self.is_list_given => {
                return Err(Error::Invalid(format!(
                    "submission: there is no image \"{image_id}\" in the list of {} images",
                    self.images.images().len()
                )));
            }
            None => {
                let image = ImageSize::new(image_id, labels.height(), labels.width());
                self.images.push(image)?;
                self.objects.push(None);
                self.objects.len() - 1
            }
        };
        let ImageSize { height, width, .. } = self.images.images()[place];
        if self.objects[place].is_some() {
            return Err(Error::Invalid(format!(
                "submission: the image \"{image_id}\" was added already; add each image once, with all its objects"
            )));
        }
        if (labels.height(), labels.width()) != (height, width) {
            return Err(Error::Invalid(format!(
                "submission: the label map of \"{image_id}\" has {} x {} pixels, but the image {height} x {width}; bring it to \
                 that size with `labels.resized({height}, {width})`",
                labels.height(),
                labels.width()
            )));
        }
        let runs = rle::encode_objects(labels).into_iter();
        self.objects[place] = Some(runs.map(|(_, runs)| runs).collect());
        Ok(())
    }

    /// The file's text: a header, a row for each object, and one row with an empty field for an image without objects.
    ///
    /// # Errors
    /// When there is no image, or one of the list was not added.
    pub fn text(&self) -> Result<String> {
        let images = || self.images.images().iter().zip(&self.objects);
        let missing = || images().filter(|(_, objects)| objects.is_none());
        if let Some((first, _)) = missing().next() {
            return Err(Error::Invalid(format!(
                "submission: {} of {} images were not added yet, the first is \"{}\"; add an empty label map for an image \
                 without objects",
                missing().count(),
                self.objects.len(),
                first.id
            )));
        }
        if self.objects.is_empty() {
            return Err(Error::Invalid(
                "submission: there is no image to write; add one with `add`".to_owned(),
            ));
        }
        let mut text = format!("{HEADER}\n");
        for (image, objects) in images() {
            let objects = objects.as_deref().unwrap_or_default();
            if objects.is_empty() {
                text += &format!("{},\n", image.id);
            }
            for runs in objects {
                text += &format!("{},{runs}\n", image.id);
            }
        }
        Ok(text)
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// As for [`Submission::text`], and when the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let text = self.text()?;
        write_whole(path, |file| {
            file.write_all(text.as_bytes()).map_err(|source| Error::Io {
                path: path.to_owned(),
                source,
            })
        })
    }

    /// Reads a file with answers for exactly `images`.
    ///
    /// # Errors
    /// When the file cannot be read, or the challenge would not accept it; [`check`](super::check()) lists all reasons.
    pub fn read(path: impl AsRef<Path>, images: &[ImageSize]) -> Result<Self> {
        let path = path.as_ref();
        let images = ImageList::new(images)?;
        let (objects, problems) = checked::objects(path, &images)?;
        if let Some(first) = problems.first() {
            let others = match problems.len() - 1 {
                0 => String::new(),
                count => format!(" (and {count} more: `submission::check` lists all)"),
            };
            return Err(Error::Data(format!("{}: {first}{others}", path.display())));
        }
        Ok(Submission {
            images,
            objects: objects.into_iter().map(Some).collect(),
            is_list_given: true,
        })
    }

    /// How many images were added.
    pub fn images(&self) -> usize {
        self.objects.iter().flatten().count()
    }

    /// How many objects all images have.
    pub fn objects(&self) -> usize {
        self.objects.iter().flatten().map(Vec::len).sum()
    }

    /// The objects of an image, numbered from 1 in the order of the rows.
    ///
    /// # Errors
    /// When the image was not added.
    pub fn label_map(&self, image_id: &str) -> Result<LabelMap> {
        let place = self.images.place(image_id);
        let objects = place.and_then(|place| Some((place, self.objects[place].as_ref()?)));
        let Some((place, objects)) = objects else {
            return Err(Error::Invalid(format!(
                "submission: the image \"{image_id}\" was not added"
            )));
        };
        let ImageSize { height, width, .. } = self.images.images()[place];
        rle::decode_objects(objects, height, width)
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (images, objects) = (self.images(), self.objects());
        write!(
            formatter,
            "Submission: {images} images with {objects} objects"
        )?;
        match self.objects.len() - images {
            0 => Ok(()),
            missing => write!(formatter, ", {missing} images not added yet"),
        }
    }
}
