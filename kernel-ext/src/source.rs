//! The checkout that the workshop is set up from.

use crate::error::{At, Error, Result};
use crate::toolchain::last_line;
use cargo_metadata::{
    CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind,
};
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
        let folder = std::path::absolute(&folder).at(&folder)?;
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

    /// What JupyterLab loads to show buttons at exercises, built from the TypeScript beside it.
    pub fn labextension(&self) -> PathBuf {
        self.folder.join("kernel-ext/labextension/built")
    }

    /// What cargo knows about the checkout's packages and those that they need on `host`.
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

    /// The checkout's packages that the crate `eosin` is compiled from: itself, and all that it depends on by a path. This
    /// is quick and needs no network, as cargo need not resolve other packages.
    fn own_packages(&self) -> Result<Vec<Package>> {
        let metadata = MetadataCommand::new()
            .manifest_path(self.folder.join("Cargo.toml"))
            .no_deps()
            .exec()
            .map_err(|error| Error::step("cargo metadata", last_line(&error.to_string())))?;
        let (mut needed, mut open) = (Vec::<Package>::new(), vec!["eosin".to_owned()]);
        while let Some(name) = open.pop() {
            let is_it = |package: &&Package| package.name.as_str() == name;
            if needed.iter().any(|package| is_it(&package)) {
                continue;
            }
            let package =
                metadata.packages.iter().find(is_it).ok_or_else(|| {
                    Error::step("cargo metadata", format!("it does not know {name}"))
                })?;
            let from_folders = package.dependencies.iter().filter(|dependency| {
                dependency.path.is_some() && dependency.kind != DependencyKind::Development
            });
            open.extend(from_folders.map(|dependency| dependency.name.clone()));
            needed.push(package.clone());
        }
        Ok(needed)
    }

    /// A hash of everything in the checkout that the prebuilt crate is compiled from.
    pub fn hash(&self) -> Result<String> {
        let mut files = vec![self.folder.join("Cargo.lock")];
        for package in self.own_packages()? {
            files.push(package.manifest_path.clone().into());
            for target in &package.targets {
                let (code, folder) = (&target.src_path, target.src_path.parent());
                if target.kind.contains(&TargetKind::CustomBuild) {
                    files.push(code.clone().into());
                } else if target.kind.iter().any(is_library)
                    && let Some(folder) = folder
                {
                    collect_files(folder.as_std_path(), &mut files)?;
                }
            }
        }
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

fn is_library(kind: &TargetKind) -> bool {
    !matches!(
        kind,
        TargetKind::Bin
            | TargetKind::Example
            | TargetKind::Test
            | TargetKind::Bench
            | TargetKind::CustomBuild
    )
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

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A checkout whose crate needs a package in the folder `part`, both with this code, and has another beside them.
    pub fn checkout(code: &str) -> (tempfile::TempDir, Source) {
        let folder = tempfile::tempdir().unwrap();
        let manifest = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
        };
        let needs =
            "[dependencies]\npart = { path = \"part\" }\n[workspace]\nmembers = [\"other\"]\n";
        for (path, text) in [
            ("Cargo.lock", String::new()),
            ("Cargo.toml", manifest("eosin", needs)),
            ("src/lib.rs", code.to_owned()),
            ("part/Cargo.toml", manifest("part", "")),
            ("part/src/lib.rs", code.to_owned()),
            ("other/Cargo.toml", manifest("other", "")),
            ("other/src/lib.rs", code.to_owned()),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let source = Source {
            folder: folder.path().to_owned(),
        };
        (folder, source)
    }

    #[test]
    fn the_hash_follows_what_the_crate_is_compiled_from_and_nothing_else() {
        let (folder, source) = checkout("");
        let unchanged = source.hash().unwrap();
        for (path, counts) in [
            ("other/src/lib.rs", false),
            ("part/benches.rs", false),
            ("part/src/lib.rs", true),
            ("part/Cargo.toml", true),
            ("src/new.rs", true),
            ("Cargo.lock", true),
        ] {
            let path = folder.path().join(path);
            let before = fs::read(&path).unwrap_or_default();
            fs::write(&path, [&before[..], b"\n"].concat()).unwrap();
            assert_eq!(source.hash().unwrap() != unchanged, counts, "{path:?}");
            fs::write(&path, &before).unwrap();
        }
    }
}
