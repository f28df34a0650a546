//! A finished picture.

use super::canvas::failed;
use crate::display::{Bundle, Show, show_result};
use crate::whole_file::write_whole;
use crate::{Error, Result};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use std::io::Write;
use std::path::Path;

/// A PNG picture, with a description for those who cannot see it. A notebook shows it if it is a cell's last expression.
#[derive(Clone)]
pub struct Figure {
    png: Vec<u8>,
    width: u32,
    height: u32,
    description: String,
}

impl std::fmt::Debug for Figure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.description)
    }
}

impl Figure {
    pub(super) fn new(png: Vec<u8>, width: u32, height: u32, description: String) -> Self {
        Figure {
            png,
            width,
            height,
            description,
        }
    }

    /// The bytes of the PNG file.
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// Writes the PNG file, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_whole(path, |file| {
            file.write_all(&self.png).map_err(|source| Error::Io {
                path: path.to_owned(),
                source,
            })
        })
    }

    /// The same picture in fewer bytes: for one that is stored with a notebook, and not drawn many times a second.
    pub(crate) fn compact(self) -> Result<Self> {
        let pixels = image::load_from_memory(&self.png)
            .map_err(failed)?
            .to_rgb8();
        let mut png = Vec::new();
        let encoder =
            PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter);
        pixels.write_with_encoder(encoder).map_err(failed)?;
        Ok(Figure { png, ..self })
    }

    /// The same picture with other words for those who cannot see it.
    pub(crate) fn described(self, description: String) -> Self {
        Figure {
            description,
            ..self
        }
    }

    /// Shows the picture as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for Figure {
    fn bundle(&self) -> Result<Bundle> {
        Ok(Bundle::text(self.description.clone()).with_png(&self.png, self.width, self.height))
    }
}
