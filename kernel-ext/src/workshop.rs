//! The learner's copy of the notebooks.
//!
//! The rule: a file is written if it is absent, or still exactly as an earlier run wrote it. What the learner has changed
//! stays as it is, and the newer version goes beside it as `name.new.ipynb`.

use crate::error::{At, Error, Result};
use crate::home::write_atomically;
use crate::source::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Remembers, by file name, the hash of what was written.
const RECORD: &str = ".eosin-workshop.json";

/// What happened to one notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    New,
    Updated,
    Unchanged,
    /// The learner's version stays; ours is beside it.
    Beside,
}

/// `~/eosin-workshop`.
pub fn default_folder() -> Result<PathBuf> {
    let home = dirs::home_dir()
        .ok_or_else(|| Error::missing("your home folder", "name one with `--dir`"))?;
    Ok(home.join("eosin-workshop"))
}

/// Brings the notebooks of `source` to `folder`.
pub fn copy(source: &Path, folder: &Path) -> Result<Vec<(String, Copied)>> {
    fs::create_dir_all(folder).at(folder)?;
    let record_path = folder.join(RECORD);
    let mut record: BTreeMap<String, String> = fs::read(&record_path)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default();
    let before = record.clone();
    let mut names: Vec<String> = fs::read_dir(source)
        .at(source)?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".ipynb"))
        .collect();
    names.sort();
    let mut outcome = Vec::new();
    for name in names {
        let path = source.join(&name);
        let content = fs::read(&path).at(&path)?;
        let copied = copy_one(&name, &content, folder, &mut record)?;
        outcome.push((name, copied));
    }
    if record != before {
        let text = serde_json::to_vec_pretty(&record).unwrap_or_default();
        write_atomically(&record_path, &text)?;
    }
    Ok(outcome)
}

/// The notebook that a first visit begins with; later, JupyterLab opens what was open last.
pub fn first_lesson(copied: &[(String, Copied)]) -> Option<&str> {
    let is_first_time = copied.iter().all(|(_, what)| *what == Copied::New);
    let (name, _) = copied.first().filter(|_| is_first_time)?;
    Some(name)
}

fn copy_one(
    name: &str,
    content: &[u8],
    folder: &Path,
    record: &mut BTreeMap<String, String>,
) -> Result<Copied> {
    let target = folder.join(name);
    let ours = hex(&Sha256::digest(content));
    let theirs = match fs::read(&target) {
        Ok(there) => hex(&Sha256::digest(there)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            write_atomically(&target, content)?;
            record.insert(name.to_owned(), ours);
            return Ok(Copied::New);
        }
        // A file that cannot be read is there all the same.
        Err(error) => return Err(Error::io(&target, error)),
    };
    let written = record.get(name);
    if theirs == ours || written == Some(&ours) {
        return Ok(Copied::Unchanged);
    }
    if written == Some(&theirs) {
        write_atomically(&target, content)?;
        record.insert(name.to_owned(), ours);
        return Ok(Copied::Updated);
    }
    write_atomically(&free_name_beside(&target), content)?;
    record.insert(name.to_owned(), ours);
    Ok(Copied::Beside)
}

/// `name.new.ipynb`, or `name.new2.ipynb` and so on: the learner may be working in an earlier one.
fn free_name_beside(target: &Path) -> PathBuf {
    let mut beside = target.with_extension("new.ipynb");
    let mut count = 2;
    while beside.exists() {
        beside = target.with_extension(format!("new{count}.ipynb"));
        count += 1;
    }
    beside
}

/// Tells what happened to the notebooks.
pub fn tell(copied: &[(String, Copied)], folder: &Path) {
    for (name, what) in copied {
        match what {
            Copied::New => println!("{name}: copied to {}", folder.display()),
            Copied::Updated => println!("{name}: updated"),
            Copied::Unchanged => {}
            Copied::Beside => {
                println!(
                    "{name}: you have changed it, so it stays; the new version is beside it (.new.ipynb)"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(source: &Path, folder: &Path) -> Copied {
        copy(source, folder).unwrap()[0].1
    }

    #[test]
    fn work_of_the_learner_is_never_overwritten() {
        let (source, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (ours, theirs) = (source.path().join("a.ipynb"), folder.path().join("a.ipynb"));
        fs::write(&ours, "one").unwrap();
        assert_eq!(copied(source.path(), folder.path()), Copied::New);
        assert_eq!(copied(source.path(), folder.path()), Copied::Unchanged);

        fs::write(&ours, "two").unwrap();
        assert_eq!(copied(source.path(), folder.path()), Copied::Updated);
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "two");

        fs::write(&theirs, "my work").unwrap();
        assert_eq!(copied(source.path(), folder.path()), Copied::Unchanged);
        fs::write(&ours, "three").unwrap();
        assert_eq!(copied(source.path(), folder.path()), Copied::Beside);
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "my work");
        assert_eq!(
            fs::read_to_string(folder.path().join("a.new.ipynb")).unwrap(),
            "three"
        );
        assert_eq!(copied(source.path(), folder.path()), Copied::Unchanged);
    }

    #[test]
    fn work_in_a_version_beside_is_kept_too() {
        let (source, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(folder.path().join("a.ipynb"), "my work").unwrap();
        for (version, name) in [("one", "a.new.ipynb"), ("two", "a.new2.ipynb")] {
            fs::write(source.path().join("a.ipynb"), version).unwrap();
            assert_eq!(copied(source.path(), folder.path()), Copied::Beside);
            let beside = folder.path().join(name);
            assert_eq!(fs::read_to_string(&beside).unwrap(), version);
            fs::write(&beside, "my other work").unwrap();
        }
        let first = fs::read_to_string(folder.path().join("a.new.ipynb")).unwrap();
        assert_eq!(first, "my other work");
    }

    #[test]
    fn what_cannot_be_read_is_not_replaced() {
        let (source, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(source.path().join("a.ipynb"), "ours").unwrap();
        fs::create_dir(folder.path().join("a.ipynb")).unwrap();
        assert!(copy(source.path(), folder.path()).is_err());
        assert!(folder.path().join("a.ipynb").is_dir());
    }

    #[test]
    fn a_file_that_was_there_before_is_kept() {
        let (source, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(source.path().join("a.ipynb"), "ours").unwrap();
        fs::write(folder.path().join("a.ipynb"), "older than us").unwrap();
        assert_eq!(copied(source.path(), folder.path()), Copied::Beside);
        assert_eq!(
            fs::read_to_string(folder.path().join("a.ipynb")).unwrap(),
            "older than us"
        );
    }
}
