//! The images of a challenge.

use crate::{Error, Result};
use std::collections::HashMap;

/// An image that the challenge wants an answer for: its id, and its size in pixels as it was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSize {
    pub id: String,
    pub height: usize,
    pub width: usize,
}

impl ImageSize {
    pub fn new(id: impl Into<String>, height: usize, width: usize) -> Self {
        ImageSize {
            id: id.into(),
            height,
            width,
        }
    }
}

/// Images in their order, each id once.
#[derive(Debug, Clone, Default)]
pub(super) struct ImageList {
    images: Vec<ImageSize>,
    places: HashMap<String, usize>,
}

impl ImageList {
    /// # Errors
    /// When an id is there twice, or cannot stand in a file.
    pub fn new(images: &[ImageSize]) -> Result<Self> {
        let mut list = Self::default();
        for image in images {
            list.push(image.clone())?;
        }
        Ok(list)
    }

    /// # Errors
    /// When the id is there already, or cannot stand in a file.
    pub fn push(&mut self, image: ImageSize) -> Result<()> {
        check_id(&image.id)?;
        let place = self.images.len();
        if self.places.insert(image.id.clone(), place).is_some() {
            return Err(Error::Invalid(format!(
                "submission: the image \"{}\" is there twice; give each image once, with all its objects",
                image.id
            )));
        }
        self.images.push(image);
        Ok(())
    }

    pub fn images(&self) -> &[ImageSize] {
        &self.images
    }

    /// Where an image is in the list.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }
}

/// In a file without quotes, an id must not hold what separates fields and lines.
fn check_id(id: &str) -> Result<()> {
    let is_bad = |letter: char| letter == ',' || letter == '"' || letter.is_control();
    match id.is_empty() || id.trim() != id || id.contains(is_bad) {
        false => Ok(()),
        true => Err(Error::Invalid(format!(
            "submission: {id:?} cannot be an image's id: it must not be empty, hold a comma, a quote or a line's end, or begin \
             or end with a space"
        ))),
    }
}
