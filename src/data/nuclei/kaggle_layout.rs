//! The files of the images: Kaggle's layout, as a folder or still zipped.

use crate::data::archive::{self, Archive};
use crate::data::listing::{contents, in_words, is_clutter, names_in, nearby};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The data set's name on disk; the archive is called that and `.zip`.
pub const NAME: &str = "stage1_train";
/// How many folders may lie between the one given and those of the images. Archives are often unpacked into a folder of their own.
const DEPTH: usize = 3;
/// How the names of images end; other files, such as notes, are ignored.
const ENDINGS: [&str; 5] = ["png", "tif", "tiff", "jpg", "jpeg"];

/// The data set at `folder`, or in it.
pub fn locate(folder: &Path) -> Option<PathBuf> {
    let is_itself = folder.file_stem().is_some_and(|name| name == NAME) && folder.exists();
    if is_itself {
        return Some(folder.to_owned());
    }
    [NAME.to_owned(), format!("{NAME}.zip")]
        .into_iter()
        .map(|name| folder.join(name))
        .find(|path| path.exists())
}

/// The files of one sample, by their names in the source.
#[derive(Default)]
pub struct Entry {
    pub images: Vec<String>,
    pub masks: Vec<String>,
}

/// Where the files are.
pub enum Source {
    Folder(PathBuf),
    Zip(PathBuf),
}

impl Source {
    /// # Errors
    /// When there is nothing at `path`, or the zip file is cut short.
    pub fn open(path: &Path) -> Result<Self> {
        let path = locate(path).unwrap_or_else(|| path.to_owned());
        if path.is_dir() {
            return Ok(Source::Folder(path));
        }
        if !path.exists() {
            return Err(Error::Data(format!(
                "{}: there is no such file or folder; {}",
                path.display(),
                nearby(&path)
            )));
        }
        let source = Source::Zip(path);
        source.reader().map(|_| source)
    }

    /// The files of each sample, by its id.
    ///
    /// # Errors
    /// When there are none.
    pub fn entries(&self) -> Result<BTreeMap<String, Entry>> {
        let mut names = Vec::new();
        match self {
            Source::Folder(folder) => {
                // An error here is about the folder itself.
                names_in(folder)?;
                add_files_below(folder, "", DEPTH, &mut names);
            }
            Source::Zip(path) => {
                let archive = archive::open(path)?;
                names.extend(archive.file_names().flatten().map(|name| name.into_owned()));
                names.retain(|name| !is_clutter(name));
            }
        }
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for name in names.iter().filter(|name| is_image(name)) {
            // Some programs of Windows write backslashes.
            let path = name.replace('\\', "/");
            // Whatever comes before, the last three parts are <id>, images or masks, and the file.
            let mut parts = path.rsplit('/').skip(1);
            if let (Some(kind @ ("images" | "masks")), Some(id)) = (parts.next(), parts.next()) {
                let entry = entries.entry(id.to_owned()).or_default();
                match kind {
                    "images" => entry.images.push(name.clone()),
                    _ => entry.masks.push(name.clone()),
                }
            }
        }
        // Nuclei are numbered in this order, in a folder and in a zip file.
        for entry in entries.values_mut() {
            entry.masks.sort();
        }
        match entries.is_empty() {
            true => Err(self.no_images(&names)),
            false => Ok(entries),
        }
    }

    fn no_images(&self, names: &[String]) -> Error {
        let (path, found) = match self {
            Source::Folder(folder) => (folder, contents(folder)),
            Source::Zip(path) => (path, format!("the zip file holds {}", in_words(names))),
        };
        Error::Data(format!(
            "{}: there are no images; {found}. The layout must be <id>/images/<id>.png and <id>/masks/*.png, in this folder or zip \
             file or at most {DEPTH} folders deeper",
            path.display()
        ))
    }

    pub fn reader(&self) -> Result<Reader> {
        Ok(match self {
            Source::Folder(folder) => Reader::Folder(folder.clone()),
            Source::Zip(path) => Reader::Zip(Box::new(archive::open(path)?)),
        })
    }
}

/// Adds the files in `images` and `masks` of each folder below this one, as paths from where the search began.
fn add_files_below(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<String>) {
    for id in names_in(folder).unwrap_or_default() {
        let (inner, prefix) = (folder.join(&id), format!("{prefix}{id}/"));
        let before = files.len();
        for kind in ["images", "masks"] {
            let names = names_in(&inner.join(kind)).unwrap_or_default();
            files.extend(names.iter().map(|name| format!("{prefix}{kind}/{name}")));
        }
        if files.len() == before && depth > 0 {
            add_files_below(&inner, &prefix, depth - 1, files);
        }
    }
}

fn is_image(name: &str) -> bool {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Reads files by name; each thread has its own.
pub enum Reader {
    Folder(PathBuf),
    Zip(Box<Archive>),
}

impl Reader {
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, String> {
        match self {
            Reader::Folder(folder) => {
                fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"))
            }
            Reader::Zip(archive) => archive::read(archive, name),
        }
    }
}
