//! What the learner has done so far, kept in a file of their own.

pub use super::records::{Record, Records};

use super::records::FILE_VARIABLE;
use crate::display::{Listener, listener};
use crate::whole_file::write_whole;
use crate::{Error, Result};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// nbgrader sets this when it runs a learner's notebook, which must not change the progress of whoever grades it.
const GRADING_VARIABLE: &str = "NBGRADER_EXECUTION";
/// Whoever does nothing for longer than this, in seconds, is having a break.
const LONGEST_PAUSE: u64 = 20 * 60;

/// The learner's file. Outside of notebooks and while nbgrader grades there is none, and only this process keeps the records.
fn usual_file() -> Option<PathBuf> {
    if std::env::var_os(GRADING_VARIABLE).is_some() {
        return None;
    }
    if let Some(file) = std::env::var_os(FILE_VARIABLE).filter(|file| !file.is_empty()) {
        return Some(file.into());
    }
    if listener() == Listener::Nobody {
        return None;
    }
    Some(dirs::data_dir()?.join("eosin").join("progress.json"))
}

static WITHOUT_FILE: Mutex<Records> = Mutex::new(Records::new());

/// The records of all exercises.
pub fn records() -> Records {
    match usual_file() {
        Some(file) => read(&file),
        None => without_file().clone(),
    }
}

/// Changes the record of an exercise, and returns the new one.
pub fn change(id: &str, change: impl FnOnce(&mut Record)) -> Result<Record> {
    match usual_file() {
        Some(file) => change_in(&file, id, change),
        None => Ok(changed(&mut without_file(), id, change)),
    }
}

fn without_file() -> MutexGuard<'static, Records> {
    WITHOUT_FILE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn changed(records: &mut Records, id: &str, change: impl FnOnce(&mut Record)) -> Record {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    changed_at(now.unwrap_or_default().as_secs(), records, id, change)
}

/// The time since anything was last done went into this exercise, unless there was a break.
fn changed_at(
    now: u64,
    records: &mut Records,
    id: &str,
    change: impl FnOnce(&mut Record),
) -> Record {
    let before = records.values().map(|record| record.touched).max();
    let pause = now.saturating_sub(before.unwrap_or(now));
    let record = records.entry(id.to_owned()).or_default();
    if !record.solved && pause <= LONGEST_PAUSE {
        record.seconds += pause;
    }
    change(record);
    record.touched = now;
    record.clone()
}

/// The records of a file; none if there is no file yet.
fn read(file: &Path) -> Records {
    let text = fs::read(file).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Two notebooks may do this at once: one waits for the other.
fn change_in(file: &Path, id: &str, change: impl FnOnce(&mut Record)) -> Result<Record> {
    let failed = |source| Error::Io {
        path: file.to_owned(),
        source,
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let lock = File::create(file.with_extension("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    keep_unreadable(file).map_err(failed)?;
    let mut records = read(file);
    let record = changed(&mut records, id, change);
    write_whole(file, |new| {
        serde_json::to_writer_pretty(&mut *new, &records).map_err(|error| failed(error.into()))?;
        new.write_all(b"\n").map_err(failed)
    })?;
    Ok(record)
}

/// A damaged file is put aside, not overwritten.
fn keep_unreadable(file: &Path) -> std::io::Result<()> {
    match fs::read(file) {
        Ok(text) if serde_json::from_slice::<Records>(&text).is_err() => {
            fs::rename(file, file.with_extension("damaged.json"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn notebooks_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/progress.json");
        thread::scope(|scope| {
            for id in ["a", "a", "b", "b"] {
                scope.spawn(|| {
                    for _ in 0..20 {
                        change_in(&file, id, |record| record.attempts += 1).unwrap();
                    }
                });
            }
        });
        let records = read(&file);
        assert_eq!((records["a"].attempts, records["b"].attempts), (40, 40));
        assert!(records["a"].touched > 1_700_000_000);
    }

    #[test]
    fn time_counts_for_the_exercise_that_follows_until_it_is_solved_and_without_breaks() {
        let mut records = Records::new();
        let minute = 60;
        let mut at = |now: u64, id: &str, solves: bool| {
            changed_at(now * minute, &mut records, id, |record| {
                record.solved |= solves
            })
            .seconds
        };
        assert_eq!(at(1000, "a", false), 0);
        assert_eq!(at(1003, "a", true), 3 * minute);
        assert_eq!(at(1007, "b", false), 4 * minute);
        assert_eq!(at(1008, "a", true), 3 * minute);
        assert_eq!(at(1500, "b", false), 4 * minute);
        assert_eq!(at(1502, "b", true), 6 * minute);
    }

    #[test]
    fn a_file_without_times_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.json");
        let old =
            r#"{"a": {"attempts": 2, "solved": true, "hints": 1, "solution": 0, "touched": 5}}"#;
        fs::write(&file, old).unwrap();
        change_in(&file, "b", |record| record.hints = 1).unwrap();
        let records = read(&file);
        assert_eq!(records["a"].attempts, 2);
        assert_eq!((records["a"].seconds, records["b"].seconds), (0, 0));
    }

    #[test]
    fn a_damaged_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.json");
        fs::write(&file, "{\"a\": {\"att").unwrap();
        change_in(&file, "a", |record| record.hints = 2).unwrap();
        assert_eq!(read(&file)["a"].hints, 2);
        let aside = fs::read_to_string(folder.path().join("progress.damaged.json")).unwrap();
        assert_eq!(aside, "{\"a\": {\"att");
    }
}
