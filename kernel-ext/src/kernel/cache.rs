//! The cache of what cargo and rustc answered, so that they need not be asked again.

use super::variables;
use crate::home::write_atomically;
use crate::source::hex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Replaces the scratch folder, which is each kernel's own, in what is cached.
const PLACEHOLDER: &str = "{scratch}";

/// What a program answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Answer {
    pub fn of(mut command: Command) -> io::Result<Self> {
        let output = command.output()?;
        Ok(Answer {
            code: output.status.code().unwrap_or(1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    pub fn failed(&self) -> bool {
        self.code != 0
    }

    pub fn mentions(&self, word: &str) -> bool {
        self.stdout.contains(word) || self.stderr.contains(word)
    }

    /// The same with `to` in place of `from`.
    pub fn with(&self, from: &str, to: &str) -> Self {
        Answer {
            code: self.code,
            stdout: self.stdout.replace(from, to),
            stderr: self.stderr.replace(from, to),
        }
    }

    /// Answers as the program did, and exits.
    pub fn give(&self) -> io::Result<()> {
        io::stderr().write_all(self.stderr.as_bytes())?;
        let mut stdout = io::stdout().lock();
        stdout.write_all(self.stdout.as_bytes())?;
        stdout.flush()?;
        std::process::exit(self.code)
    }
}

/// The cache for the cells' package as it is now.
pub struct Cache {
    folder: PathBuf,
    scratch: String,
    manifest: String,
}

impl Cache {
    /// All kernels share the answers for a package without dependencies; for any other package, the cache is this kernel's
    /// own. There is none when a dependency comes from a folder, as it may change at any time.
    pub fn open(scratch: &Path) -> Option<Self> {
        let manifest = fs::read_to_string(scratch.join("Cargo.toml")).ok()?;
        let (_, dependencies) = manifest.split_once("[dependencies]")?;
        if dependencies.contains("path") {
            return None;
        }
        let folder = match dependencies.trim().is_empty() {
            true => PathBuf::from(env::var_os(variables::PREBUILT)?),
            false => scratch.to_owned(),
        };
        Some(Cache {
            folder: folder.join("cache"),
            scratch: scratch.to_string_lossy().into_owned(),
            manifest,
        })
    }

    pub fn find<T: DeserializeOwned>(&self, question: &[OsString]) -> Option<T> {
        let text = fs::read_to_string(self.file(question)).ok()?;
        serde_json::from_str(&text.replace(PLACEHOLDER, &self.scratch)).ok()
    }

    /// Where nothing can be written (a shared folder, a full disk) the question is asked again the next time.
    pub fn keep(&self, question: &[OsString], answer: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(answer) {
            let text = text.replace(&self.scratch, PLACEHOLDER);
            let _ = write_atomically(&self.file(question), text.as_bytes());
        }
    }

    /// The file of an answer.
    pub fn file(&self, question: &[OsString]) -> PathBuf {
        let mut hasher = Sha256::new();
        hasher.update(&self.manifest);
        for word in question {
            let word = word.to_string_lossy().replace(&self.scratch, PLACEHOLDER);
            hasher.update(format!("\0{word}"));
        }
        let name = &hex(&hasher.finalize())[..32];
        self.folder.join(name).with_extension("json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path, scratch: &str) -> Cache {
        Cache {
            folder: folder.to_owned(),
            scratch: scratch.to_owned(),
            manifest: "[dependencies]".to_owned(),
        }
    }

    #[test]
    fn what_one_kernel_was_told_is_told_another_with_its_own_folder() {
        let folder = tempfile::tempdir().unwrap();
        let question = |scratch: &str| [OsString::from(format!("{scratch}/Cargo.toml"))];
        let first = cache(folder.path(), "/tmp/one");
        assert!(first.find::<String>(&question("/tmp/one")).is_none());
        first.keep(&question("/tmp/one"), &"at /tmp/one/src");
        let second = cache(folder.path(), "/tmp/two");
        let told: String = second.find(&question("/tmp/two")).unwrap();
        assert_eq!(told, "at /tmp/two/src");
        assert!(second.find::<String>(&question("/tmp/other")).is_none());
    }
}
