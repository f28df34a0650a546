//! The crate that notebooks load, compiled once per machine and user, or once for a class.
//!
//! A folder `<data>/prebuilt/<key>` holds
//!
//! - `libeosin.so`: one dynamic library with eosin and candle. Every cell links it, so there is one copy of candle's
//!   counters: tensor ids are unique across cells, and gradients right. It finds the standard library beside it, so the
//!   folder can be copied, and used by people who cannot read the toolchain that it was compiled with.
//! - `deps/`: what rustc reads about the crates in it, and procedural macros that it re-exports.
//! - `api/` and `std/`: what rust-analyzer sees: the sources of eosin and candle without other dependencies, and those of
//!   the standard library without what no lesson needs.
//! - `cache/`: what cargo answered to kernels, see [`crate::kernel`].
//!
//! For cargo, the cells' package has no dependencies, so nothing is resolved or rebuilt for a cell.

use crate::analysis::{self, place};
use crate::cpu;
use crate::error::{At, Error, Result};
use crate::home::{Home, write_atomically};
use crate::progress::Progress;
use crate::source::{Source, collect_files, hex};
use crate::toolchain::{self, Toolchain, last_line};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The file that names the folder in use.
const CURRENT: &str = "current";
const MANIFEST: &str = "manifest.json";
/// Changes with what such a folder holds, so that a new kernel does not use an old kernel's.
const LAYOUT: &str = "8";
/// Older folders beyond this many are removed; a running kernel may still use the last.
const KEPT: usize = 2;

/// What a prebuilt folder says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub key: String,
    /// The toolchain's folder, and a stamp of its compiler.
    pub sysroot: PathBuf,
    pub rustc: String,
    pub cpu: String,
    pub features: Vec<String>,
}

/// A prebuilt crate, ready for use.
#[derive(Debug, Clone)]
pub struct Prebuilt {
    pub folder: PathBuf,
    pub manifest: Manifest,
}

impl Prebuilt {
    /// The crate in use. Quick: every kernel does this when it starts.
    pub fn locate(home: &Home) -> Result<Option<Self>> {
        let current = home.prebuilt().join(CURRENT);
        let Ok(key) = fs::read_to_string(&current) else {
            return Ok(None);
        };
        Self::open(&home.prebuilt().join(key.trim()))
    }

    fn open(folder: &Path) -> Result<Option<Self>> {
        let Ok(text) = fs::read(folder.join(MANIFEST)) else {
            return Ok(None);
        };
        let manifest = serde_json::from_slice(&text).map_err(|error| {
            Error::step(
                "reading the prebuilt crate",
                format!("{}: {error}", folder.display()),
            )
        })?;
        let prebuilt = Prebuilt {
            folder: folder.to_owned(),
            manifest,
        };
        Ok(prebuilt.library().is_file().then_some(prebuilt))
    }

    /// Why it can no longer be used.
    pub fn misfit(&self) -> Option<&'static str> {
        if self.manifest.rustc != toolchain::stamp(&self.manifest.sysroot) {
            return Some("compiled by another version of Rust");
        }
        (!cpu::fits(&self.manifest.cpu)).then_some("compiled for another processor")
    }

    /// Whether it was made from these sources.
    pub fn is_of(&self, source: &Source, toolchain: &Toolchain) -> Result<bool> {
        let Manifest { features, cpu, .. } = &self.manifest;
        Ok(key(source, toolchain, features, cpu)? == self.manifest.key)
    }

    pub fn library(&self) -> PathBuf {
        self.folder.join(library_name())
    }

    /// The source of what `use eosin::prelude::*;` brings into scope.
    pub fn prelude(&self) -> PathBuf {
        self.folder.join("api/eosin/src/prelude.rs")
    }

    /// The standard library's sources, for rust-analyzer.
    pub fn standard_library(&self) -> PathBuf {
        self.folder.join("std")
    }

    /// Keeps the folder from being removed while the returned file is open: a newer crate may be set up beside a kernel that
    /// runs. Where files cannot be locked, the folder is as safe as its age makes it.
    pub fn hold(&self) -> Option<File> {
        let manifest = File::open(self.folder.join(MANIFEST)).ok()?;
        // Without waiting: in a class, somebody could lock the file for all others.
        manifest.try_lock_shared().ok().map(|()| manifest)
    }

    /// The flags of rustc for every cell, separated as in `CARGO_ENCODED_RUSTFLAGS`.
    pub fn encoded_rustflags(&self) -> String {
        let folder = self.folder.display();
        let mut flags = vec![
            "-Cprefer-dynamic".to_owned(),
            "--extern".to_owned(),
            format!("eosin={}", self.library().display()),
            format!("-Ldependency={folder}/deps"),
            format!("-Ldependency={folder}"),
        ];
        flags.extend(rpath(&folder.to_string()));
        if cfg!(target_os = "linux") {
            // Another library of this name may be on LD_LIBRARY_PATH, where cargo's own tests run.
            flags.push("-Clink-arg=-Wl,--disable-new-dtags".to_owned());
        }
        flags.join("\u{1f}")
    }
}

/// The flags by which a library finds those in `folder`. `-Wl,-rpath,…` would be cut at a comma in the folder's name.
fn rpath(folder: &str) -> [String; 4] {
    ["-Xlinker", "-rpath", "-Xlinker", folder].map(|word| format!("-Clink-arg={word}"))
}

/// The linker's word for the folder that a library is in.
fn beside() -> &'static str {
    match cfg!(target_os = "macos") {
        true => "@loader_path",
        false => "$ORIGIN",
    }
}

fn library_name() -> String {
    format!(
        "{}eosin{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

/// Compiles the crate unless the one in use was made from the same sources by the same compiler.
pub fn ensure(
    home: &Home,
    source: &Source,
    toolchain: &Toolchain,
    features: &[String],
    cpu: &str,
    offline: bool,
) -> Result<Prebuilt> {
    let key = key(source, toolchain, features, cpu)?;
    let folder = home.prebuilt().join(&key);
    if let Some(prebuilt) = Prebuilt::open(&folder)? {
        use_it(home, &key)?;
        return Ok(prebuilt);
    }
    let prebuilt_folder = home.prebuilt();
    fs::create_dir_all(&prebuilt_folder).at(&prebuilt_folder)?;
    let lock_path = prebuilt_folder.join("lock");
    let lock = File::create(&lock_path).at(&lock_path)?;
    if lock.try_lock().is_err() {
        println!("Another `cargo lab` is compiling the notebook crate; waiting for it.");
        lock.lock().at(&lock_path)?;
    }
    if let Some(prebuilt) = Prebuilt::open(&folder)? {
        use_it(home, &key)?;
        return Ok(prebuilt);
    }
    toolchain::check_linker()?;
    let artifacts = build(home, source, toolchain, features, cpu, offline)?;
    let manifest = Manifest {
        key: key.clone(),
        sysroot: toolchain.sysroot.clone(),
        rustc: toolchain.stamp.clone(),
        cpu: cpu.to_owned(),
        features: features.to_vec(),
    };
    let partial = lay_out(home, source, toolchain, &artifacts, offline)?;
    install(partial, &manifest, &folder)?;
    use_it(home, &key)?;
    remove_old(home, &key);
    Prebuilt::open(&folder)?
        .ok_or_else(|| Error::step("installing the notebook crate", "its library is missing"))
}

fn key(source: &Source, toolchain: &Toolchain, features: &[String], cpu: &str) -> Result<String> {
    let mut hasher = Sha256::new();
    for part in [
        LAYOUT,
        &toolchain.version,
        &toolchain.stamp,
        &features.join(","),
        &source.hash()?,
        cpu,
    ] {
        hasher.update(format!("{part}\0"));
    }
    Ok(hex(&hasher.finalize())[..16].to_owned())
}

/// Compiles, and gives the files that cargo made or found.
fn build(
    home: &Home,
    source: &Source,
    toolchain: &Toolchain,
    features: &[String],
    cpu: &str,
    offline: bool,
) -> Result<Vec<PathBuf>> {
    let total = source.package_count(&toolchain.host, features, offline)?;
    let progress = Progress::of(
        "Compiling the notebook crate (eosin and candle, once per machine; 2 to 5 minutes)",
        total,
    );
    let mut rustflags = vec![
        "-Cprefer-dynamic".to_owned(),
        format!("-Ctarget-cpu={}", cpu::name(cpu)),
    ];
    rustflags.extend(rpath(beside()));
    let mut command = Command::new(toolchain.cargo());
    command
        .args([
            "rustc",
            "--locked",
            "--release",
            "--lib",
            "--package",
            "eosin",
            "--crate-type",
            "dylib",
        ])
        .args(["--target", &toolchain.host, "--message-format", "json"])
        .args(offline.then_some("--offline"))
        .args((!features.is_empty()).then(|| format!("--features={}", features.join(","))))
        .current_dir(&source.folder)
        .env("RUSTC", toolchain.rustc())
        .env("CARGO_TARGET_DIR", home.build())
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags.join("\u{1f}"))
        .env_remove("RUSTC_WRAPPER")
        .env_remove("LD_LIBRARY_PATH")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|_| Error::missing("cargo", "install Rust from https://rustup.rs"))?;
    let errors = child.stderr.take().map(|stderr| {
        std::thread::spawn(move || {
            BufReader::new(stderr)
                .lines()
                .map_while(std::io::Result::ok)
                .collect::<Vec<_>>()
        })
    });
    let mut complaint = String::new();
    let (mut artifacts, mut packages) = (Vec::new(), HashSet::new());
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout)
            .lines()
            .map_while(std::io::Result::ok)
        {
            let Ok(message) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if message["reason"] == "compiler-artifact" {
                if packages.insert(message["package_id"].to_string()) {
                    progress.step(message["target"]["name"].as_str().unwrap_or_default());
                }
                let files = message["filenames"].as_array().into_iter().flatten();
                artifacts.extend(files.filter_map(Value::as_str).map(PathBuf::from));
            } else if message["message"]["level"] == "error" {
                complaint.push_str(message["message"]["rendered"].as_str().unwrap_or_default());
            }
        }
    }
    let status = child.wait().at(&source.folder)?;
    let errors = errors
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default()
        .join("\n");
    if status.success() {
        progress.done();
        return Ok(artifacts);
    }
    let what = "compiling the notebook crate";
    if complaint.is_empty() {
        return Err(Error::download(what, &errors, last_line(&errors)));
    }
    Err(Error::step(what, complaint))
}

/// Makes the folder under another name.
fn lay_out(
    home: &Home,
    source: &Source,
    toolchain: &Toolchain,
    artifacts: &[PathBuf],
    offline: bool,
) -> Result<TempDir> {
    let partial = partial(home)?;
    let deps = partial.path().join("deps");
    fs::create_dir(&deps).at(&deps)?;
    // The crates' code is in the library. Procedural macros are needed, too: rustc can read a crate that re-exports one
    // only together with it.
    let of_deps = ["rmeta", std::env::consts::DLL_EXTENSION];
    for file in artifacts {
        let name = file.file_name().unwrap_or_default();
        if name == library_name().as_str() {
            place(file, &partial.path().join(name))?;
        } else if file
            .extension()
            .is_some_and(|found| of_deps.iter().any(|one| found == *one))
        {
            place(file, &deps.join(name))?;
        }
    }
    for file in toolchain.standard_library()? {
        place(
            &file,
            &partial.path().join(file.file_name().unwrap_or_default()),
        )?;
    }
    analysis::write_api(&partial.path().join("api"), source, toolchain, offline)?;
    analysis::write_standard_library(&partial.path().join("std"), toolchain)?;
    Ok(partial)
}

/// Copies what was compiled for the home `from`, if it is what would be compiled for `to`.
pub fn take_over(
    from: &Home,
    to: &Home,
    source: &Source,
    toolchain: &Toolchain,
    features: &[String],
    cpu: &str,
) -> Result<()> {
    let key = key(source, toolchain, features, cpu)?;
    let folder = to.prebuilt().join(&key);
    let Some(there) = Prebuilt::open(&from.prebuilt().join(&key))? else {
        return Ok(());
    };
    if Prebuilt::open(&folder)?.is_some() {
        return Ok(());
    }
    let partial = partial(to)?;
    let mut files = Vec::new();
    collect_files(&there.folder, &mut files)?;
    for file in files {
        let name = file.strip_prefix(&there.folder).unwrap_or(&file);
        // What cargo answered there speaks of that folder.
        if name.starts_with("cache") {
            continue;
        }
        let copy = partial.path().join(name);
        let parent = copy.parent().unwrap_or(partial.path());
        fs::create_dir_all(parent).at(parent)?;
        place(&file, &copy)?;
    }
    let manifest = Manifest {
        sysroot: toolchain.sysroot.clone(),
        ..there.manifest
    };
    install(partial, &manifest, &folder)
}

/// A folder that is not yet complete.
fn partial(home: &Home) -> Result<TempDir> {
    let folder = home.prebuilt();
    fs::create_dir_all(&folder).at(&folder)?;
    tempfile::Builder::new()
        .prefix("partial-")
        .tempdir_in(&folder)
        .at(&folder)
}

/// Moves a complete folder to its place.
fn install(partial: TempDir, manifest: &Manifest, folder: &Path) -> Result<()> {
    let text = serde_json::to_vec_pretty(manifest).unwrap_or_default();
    write_atomically(&partial.path().join(MANIFEST), &text)?;
    if folder.exists() {
        fs::remove_dir_all(folder).at(folder)?;
    }
    fs::rename(partial.keep(), folder).at(folder)
}

fn use_it(home: &Home, key: &str) -> Result<()> {
    let current = home.prebuilt().join(CURRENT);
    if fs::read_to_string(&current).is_ok_and(|text| text.trim() == key) {
        return Ok(());
    }
    write_atomically(&current, key.as_bytes())
}

/// Keeps the newest folders; what cannot be removed now will be removed the next time.
fn remove_old(home: &Home, current: &str) {
    let Ok(entries) = fs::read_dir(home.prebuilt()) else {
        return;
    };
    let mut folders: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir() && entry.file_name() != current)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    folders.sort();
    let surplus = folders.len().saturating_sub(KEPT - 1);
    for (_, folder) in folders.into_iter().take(surplus) {
        if !is_held(&folder) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Whether a kernel uses it, see [`Prebuilt::hold`].
fn is_held(folder: &Path) -> bool {
    File::open(folder.join(MANIFEST)).is_ok_and(|manifest| manifest.try_lock().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::checkout;

    #[test]
    fn the_key_follows_sources_features_and_compiler() {
        let toolchain = Toolchain::find().unwrap();
        let other = Toolchain {
            version: "rustc 9".to_owned(),
            ..toolchain.clone()
        };
        let ((_a, one), (_b, two)) = (checkout("fn a() {}"), checkout("fn b() {}"));
        let cuda = ["cuda".to_owned()];
        let keys = [
            key(&one, &toolchain, &[], "x86-64-v3").unwrap(),
            key(&two, &toolchain, &[], "x86-64-v3").unwrap(),
            key(&one, &other, &[], "x86-64-v3").unwrap(),
            key(&one, &toolchain, &cuda, "x86-64-v3").unwrap(),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{keys:?}");
        }
        assert_eq!(keys[0], key(&one, &toolchain, &[], "x86-64-v3").unwrap());
    }

    #[test]
    fn a_crate_that_a_kernel_uses_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home {
            data: folder.path().to_owned(),
            cache: folder.path().to_owned(),
        };
        let manifest = Manifest {
            key: "k".into(),
            sysroot: "/".into(),
            rustc: "r".into(),
            cpu: "c".into(),
            features: vec![],
        };
        let old = ["used", "unused", "newer"].map(|name| home.prebuilt().join(name));
        for folder in &old {
            write_atomically(&folder.join(MANIFEST), b"{}").unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let used = Prebuilt {
            folder: old[0].clone(),
            manifest,
        };
        let held = used.hold().unwrap();
        remove_old(&home, "current");
        assert_eq!(
            old.each_ref().map(|folder| folder.exists()),
            [true, false, true]
        );
        drop(held);
        remove_old(&home, "current");
        assert_eq!(
            old.each_ref().map(|folder| folder.exists()),
            [false, false, true]
        );
    }

    #[test]
    fn a_folder_without_its_library_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home {
            data: folder.path().to_owned(),
            cache: folder.path().to_owned(),
        };
        assert!(Prebuilt::locate(&home).unwrap().is_none());
        let manifest = Manifest {
            key: "k".into(),
            sysroot: "/".into(),
            rustc: "r".into(),
            cpu: "c".into(),
            features: vec![],
        };
        write_atomically(
            &home.prebuilt().join("k").join(MANIFEST),
            &serde_json::to_vec(&manifest).unwrap(),
        )
        .unwrap();
        use_it(&home, "k").unwrap();
        assert!(Prebuilt::locate(&home).unwrap().is_none());
        fs::write(home.prebuilt().join("k").join(library_name()), "").unwrap();
        assert_eq!(Prebuilt::locate(&home).unwrap().unwrap().manifest, manifest);
    }
}
