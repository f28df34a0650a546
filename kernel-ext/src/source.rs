//! The checkout that the workshop is set up from.

use crate::error::{At, Error, Result};
use crate::toolchain::last_line;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Names another checkout than the one that this program was compiled from.
const SOURCE_VARIABLE: &str = "EOSIN_SOURCE";

/// A checkout of Eosin.
#[derive(Debug, Clone)]
pub struct Source {
    pub folder: PathBuf,
}

impl Source {
    pub fn find() -> Result<Self> {
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap_or(Path::new("."))
            .to_owned();
        let folder = std::env::var_os(SOURCE_VARIABLE).map_or(built_from, PathBuf::from);
        if folder.join("Cargo.toml").is_file() && folder.join("src/lib.rs").is_file() {
            return Ok(Source { folder });
        }
        Err(Error::missing(
            format!("the source of Eosin in {}", folder.display()),
            format!("run `cargo lab` in a checkout, or set {SOURCE_VARIABLE} to one"),
        ))
    }

    pub fn notebooks(&self) -> PathBuf {
        self.folder.join("notebooks")
    }

    /// What the crate knows of the lessons' exercises: `eosin notebooks build` writes it.
    pub fn exercises(&self) -> PathBuf {
        self.folder.join("src/exercise/lessons.json")
    }

    /// What JupyterLab loads to show buttons at exercises, built from its TypeScript beside it.
    pub fn labextension(&self) -> PathBuf {
        self.folder.join("kernel-ext/labextension/built")
    }

    /// What cargo knows of the checkout's packages and of those that they need on `host`.
    pub fn metadata(&self, host: &str, features: &[String], offline: bool) -> Result<Metadata> {
        let mut options = vec!["--locked".to_owned(), format!("--filter-platform={host}")];
        options.extend(offline.then(|| "--offline".to_owned()));
        MetadataCommand::new()
            .manifest_path(self.folder.join("Cargo.toml"))
            .features(CargoOpt::SomeFeatures(features.to_vec()))
            .other_options(options)
            .exec()
            .map_err(|error| {
                let told = error.to_string();
                Error::download("cargo metadata", &told, last_line(&told))
            })
    }

    /// How many packages the crate `eosin` is compiled from, itself included.
    pub fn package_count(&self, host: &str, features: &[String], offline: bool) -> Result<usize> {
        let metadata = self.metadata(host, features, offline)?;
        let Some(resolve) = &metadata.resolve else {
            return Ok(0);
        };
        let mut seen: HashSet<&PackageId> = resolve.root.iter().collect();
        let mut open: Vec<&PackageId> = resolve.root.iter().collect();
        while let Some(id) = open.pop() {
            let node = resolve.nodes.iter().find(|node| node.id == *id);
            for dependency in node.iter().flat_map(|node| &node.deps) {
                let is_compiled = dependency
                    .dep_kinds
                    .iter()
                    .any(|kind| kind.kind != DependencyKind::Development);
                if is_compiled && seen.insert(&dependency.pkg) {
                    open.push(&dependency.pkg);
                }
            }
        }
        Ok(seen.len())
    }

    /// A hash of all that the prebuilt crate is compiled from.
    pub fn hash(&self) -> Result<String> {
        let mut files = vec![
            self.folder.join("Cargo.toml"),
            self.folder.join("Cargo.lock"),
        ];
        collect_files(&self.folder.join("src"), &mut files)?;
        files.sort();
        let mut hasher = Sha256::new();
        for file in files {
            let content = fs::read(&file).at(&file)?;
            let name = file.strip_prefix(&self.folder).unwrap_or(&file);
            hasher.update(format!("{}\0{}\0", name.display(), content.len()));
            hasher.update(content);
        }
        Ok(hex(&hasher.finalize()))
    }
}

/// All files in a folder and in those within it.
pub fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).at(folder)? {
        let path = entry.at(folder)?.path();
        if path.is_dir() {
            collect_files(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
