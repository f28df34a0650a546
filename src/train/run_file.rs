//! The file that a run can be resumed from: safetensors, with a record as JSON in its metadata.

use super::saved_state::SavedState;
use crate::whole_file::write_whole;
use crate::{Error, Result};
use candle_core::Device;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The name of the record in the metadata.
const RECORD: &str = "eosin_run";
/// Counts the changes of the format.
pub(super) const VERSION: u64 = 1;

/// What is not a tensor.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub version: u64,
    /// What the run was going to do, as names and values: a run goes on only if it is going to do the same.
    pub settings: Vec<(String, String)>,
    /// Whether there is no epoch to come.
    pub finished: bool,
    pub best_epoch: Option<usize>,
    /// The names of each epoch's metrics.
    pub metrics: Vec<Vec<String>>,
}

/// What is in the file. Numbers are in the tensors, where none is rounded and NaN stays what it is.
pub(super) struct RunFile {
    pub record: Record,
    pub tensors: SavedState,
}

impl RunFile {
    /// Writes the file whole or not at all: a process that is killed while it writes leaves the file of the epoch before.
    pub fn write(&self, path: &Path) -> Result<()> {
        let refuse = |reason: String| Error::Invalid(format!("{}: {reason}", path.display()));
        let record =
            serde_json::to_string(&self.record).map_err(|error| refuse(error.to_string()))?;
        let metadata = HashMap::from([(RECORD.to_owned(), record)]);
        let tensors = self.tensors.iter();
        let tensors = tensors.map(|(name, tensor)| (name, tensor.as_candle()));
        let bytes = safetensors::serialize(tensors, Some(metadata))
            .map_err(|error| refuse(error.to_string()))?;
        write_whole(path, |file| {
            file.write_all(&bytes).map_err(|source| Error::Io {
                path: path.to_owned(),
                source,
            })
        })
    }

    /// The content of the file; nothing if there is no file yet.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let refuse = |reason: String| {
            Error::Invalid(format!(
                "{}: {reason}. Delete the file to train from the beginning, or choose another one with `.resumable`",
                path.display()
            ))
        };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(Error::Io {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let incomplete = |error| refuse(format!("it is not a complete file of a run ({error})"));
        let (_, metadata) = safetensors::SafeTensors::read_metadata(&bytes).map_err(incomplete)?;
        let file = safetensors::SafeTensors::deserialize(&bytes).map_err(incomplete)?;
        let record = metadata.metadata().as_ref();
        let record = record
            .and_then(|facts| facts.get(RECORD))
            .ok_or_else(|| refuse("it is a safetensors file, but not that of a run".to_owned()))?;
        let unreadable = |error: serde_json::Error| refuse(format!("its record: {error}"));
        let record: serde_json::Value = serde_json::from_str(record).map_err(unreadable)?;
        // The version comes first: the rest of a newer record may be anything.
        let version = record["version"].as_u64().unwrap_or(0);
        if version != VERSION {
            return Err(refuse(format!(
                "it was written by another version of Eosin (its format is number {version}, this version knows number {VERSION})"
            )));
        }
        let mut tensors = SavedState::default();
        for (name, view) in file.iter() {
            use candle_core::safetensors::Load;
            tensors.set(name, view.load(&Device::Cpu)?.into());
        }
        Ok(Some(RunFile {
            record: serde_json::from_value(record).map_err(unreadable)?,
            tensors,
        }))
    }
}
