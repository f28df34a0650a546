//! The files of the images: Kaggle's layout, as a folder or still zipped.

use crate::{Error, Result};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// The data set's name on disk; the archive is called that and `.zip`.
pub const NAME: &str = "stage1_train";

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
                "{}: there is no such file or folder",
                path.display()
            )));
        }
        let source = Source::Zip(path);
        source.reader().map(|_| source)
    }

    /// The files of each sample, by its id.
    pub fn entries(&self) -> Result<BTreeMap<String, Entry>> {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let mut add = |name: &str| {
            // Whatever comes before, the last three parts are <id>, images or masks, and the file.
            let mut parts = name.rsplit('/');
            if let (Some(file), Some(kind), Some(id)) = (parts.next(), parts.next(), parts.next())
                && file.ends_with(".png")
                && !file.starts_with('.')
            {
                let entry = entries.entry(id.to_owned()).or_default();
                match kind {
                    "images" => entry.images.push(name.to_owned()),
                    "masks" => entry.masks.push(name.to_owned()),
                    _ => {}
                }
            }
        };
        match self {
            Source::Folder(folder) => {
                for id in names_in(folder)? {
                    for kind in ["images", "masks"] {
                        for file in names_in(&folder.join(&id).join(kind)).unwrap_or_default() {
                            add(&format!("{id}/{kind}/{file}"));
                        }
                    }
                }
            }
            Source::Zip(path) => open_zip(path)?
                .file_names()
                .flatten()
                .for_each(|name| add(&name)),
        }
        entries.retain(|_, entry| !entry.images.is_empty() || !entry.masks.is_empty());
        Ok(entries)
    }

    pub fn reader(&self) -> Result<Reader> {
        Ok(match self {
            Source::Folder(folder) => Reader::Folder(folder.clone()),
            Source::Zip(path) => Reader::Zip(Box::new(open_zip(path)?)),
        })
    }
}

fn names_in(folder: &Path) -> Result<Vec<String>> {
    let failed = |source| Error::Io {
        path: folder.to_owned(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

type Archive = zip::ZipArchive<BufReader<File>>;

fn open_zip(path: &Path) -> Result<Archive> {
    let file = File::open(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    zip::ZipArchive::new(BufReader::new(file)).map_err(|error| {
        Error::Data(format!(
            "{}: not a whole zip file ({error}); it may be cut short: download it again",
            path.display()
        ))
    })
}

/// Reads files by name; each thread has its own.
pub enum Reader {
    Folder(PathBuf),
    Zip(Box<Archive>),
}

impl Reader {
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let describe = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        match self {
            Reader::Folder(folder) => fs::read(folder.join(name)).map_err(|error| describe(&error)),
            Reader::Zip(archive) => {
                let mut file = archive.by_name(name).map_err(|error| describe(&error))?;
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)
                    .map_err(|error| describe(&error))?;
                Ok(bytes)
            }
        }
    }
}
