//! Reading files out of a zip file.

use crate::{Error, Result};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use zip::result::ZipError;

pub(super) type Archive = zip::ZipArchive<BufReader<File>>;

/// # Errors
/// When there is no such file, or it is not a whole zip file.
pub(super) fn open(path: &Path) -> Result<Archive> {
    let failed = |source| Error::Io {
        path: path.to_owned(),
        source,
    };
    let mut start = Vec::new();
    let file = File::open(path).map_err(failed)?;
    (&file).take(6).read_to_end(&mut start).map_err(failed)?;
    let what_to_do = match start.as_slice() {
        [] => "the file is empty: download it again",
        [b'R', b'a', b'r', b'!', ..] => "it is a RAR archive: unpack it, and give the folder",
        [b'7', b'z', 0xbc, 0xaf, ..] => "it is a 7z archive: unpack it, and give the folder",
        [0x1f, 0x8b, ..] => "it is compressed with gzip: unpack it, and give what is in it",
        [b'P', b'K', ..] => "it is cut short or damaged: download it again",
        _ => "it does not begin like one: download it again, or give another file",
    };
    zip::ZipArchive::new(BufReader::new(file)).map_err(|error| {
        Error::Data(format!(
            "{}: not a whole zip file ({error}); {what_to_do}",
            path.display()
        ))
    })
}

/// The file called `name` in the archive; the error is the reason why it cannot be read, without the archive's name.
pub(super) fn read(archive: &mut Archive, name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut file = archive.by_name(name).map_err(|error| match error {
        ZipError::CompressionMethodNotSupported(method) => format!(
            "{name} is compressed with {}, which cannot be read here: unpack the zip file and give the folder, or zip it again \
             with Deflate, the usual method",
            method_name(method)
        ),
        ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            format!("{name} is encrypted: unpack the zip file with its password, and give the folder")
        }
        error => format!("{name}: {error}"),
    })?;
    file.read_to_end(&mut bytes)
        .map_err(|error| format!("{name}: {error}; the zip file is damaged: download it again"))?;
    Ok(bytes)
}

/// The names of section 4.4.5 of PKWARE's APPNOTE.
fn method_name(method: u16) -> String {
    let name = match method {
        1 => "Shrink",
        2..=5 => "Reduce",
        6 => "Implode",
        9 => "Deflate64",
        12 => "BZIP2",
        14 => "LZMA",
        93 => "Zstandard",
        95 => "XZ",
        98 => "PPMd",
        99 => return "AES encryption".to_owned(),
        _ => return format!("method {method}"),
    };
    name.to_owned()
}
