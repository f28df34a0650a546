//! The idx format of MNIST's files.

use crate::{Error, Result};
use flate2::read::GzDecoder;
use std::fs;
use std::io::Read;
use std::path::PathBuf;

/// Bytes with sizes: http://yann.lecun.com/exdb/mnist describes the format.
pub struct IdxFile {
    pub path: PathBuf,
    pub sizes: Vec<usize>,
    pub bytes: Vec<u8>,
}

impl IdxFile {
    pub fn read(path: PathBuf) -> Result<Self> {
        let mut bytes = fs::read(&path).map_err(|source| Error::Io {
            path: path.clone(),
            source,
        })?;
        let mut file = IdxFile {
            path,
            sizes: Vec::new(),
            bytes: Vec::new(),
        };
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut decompressed = Vec::new();
            GzDecoder::new(bytes.as_slice())
                .read_to_end(&mut decompressed)
                .map_err(|error| file.refuse(format!("not a whole gzip file ({error})")))?;
            bytes = decompressed;
        }
        // Two zeros, the type (8: bytes), the number of sizes, then each size as four bytes, the highest first.
        let (rank, rest) = match bytes.as_slice() {
            [] => return Err(file.refuse("the file is empty".to_owned())),
            [0, 0, 8, rank, rest @ ..] => (*rank, rest),
            [0, 0, kind, _, ..] if let Some(kind) = kind_name(*kind) => {
                return Err(file.refuse(format!("it holds {kind}, it should hold bytes")));
            }
            _ => return Err(file.refuse("it does not begin like an idx file of bytes".to_owned())),
        };
        let Some((sizes, content)) = rest.split_at_checked(4 * usize::from(rank)) else {
            return Err(file.refuse("it is cut short in its sizes".to_owned()));
        };
        file.sizes = sizes
            .chunks_exact(4)
            .map(|size| {
                size.iter()
                    .fold(0, |all, &byte| all << 8 | usize::from(byte))
            })
            .collect();
        let wanted = file
            .sizes
            .iter()
            .try_fold(1usize, |all, &size| all.checked_mul(size));
        if wanted != Some(content.len()) {
            return Err(file.refuse(format!(
                "its sizes are {:?}, but it holds {} bytes: it is cut short or damaged",
                file.sizes,
                content.len()
            )));
        }
        file.bytes = content.to_vec();
        Ok(file)
    }

    pub fn refuse(&self, reason: String) -> Error {
        Error::Data(format!(
            "{}: {reason}; remove it and run `data::download::mnist()`",
            self.path.display()
        ))
    }
}

/// The other types of numbers that an idx file can hold.
fn kind_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        9 => "signed bytes",
        11 => "16-bit integers",
        12 => "32-bit integers",
        13 => "32-bit floating-point numbers",
        14 => "64-bit floating-point numbers",
        _ => return None,
    })
}
