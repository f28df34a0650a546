//! The Rust toolchain and the linker that cells are compiled with.

use crate::error::{At, Error, Result};
use std::env::consts::DLL_EXTENSION;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Rust that this workspace compiles with.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// What `rustc` says of itself.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// All that `rustc -vV` prints: it names the compiler exactly.
    pub version: String,
    pub host: String,
    pub sysroot: PathBuf,
    /// Length and time of the compiler's file: they change with an update.
    pub stamp: String,
    /// Where the shared standard library of the host lies.
    pub libraries: PathBuf,
}

impl Toolchain {
    /// The one that this user's commands use.
    pub fn find() -> Result<Self> {
        Self::of(Path::new("rustc"))
    }

    /// The one whose compiler this is.
    pub fn of(rustc: &Path) -> Result<Self> {
        let version = print(rustc, &["-vV"])?;
        let field = |name: &str| {
            version
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::trim)
        };
        let host = field("host:")
            .ok_or_else(|| Error::step("rustc -vV", "it names no host"))?
            .to_owned();
        let release = field("release:").unwrap_or_default();
        if numbers(release) < numbers(OLDEST) {
            return Err(Error::missing(
                format!("Rust {OLDEST} or newer (found {release})"),
                "run `rustup update stable`",
            ));
        }
        let sysroot = PathBuf::from(print(rustc, &["--print", "sysroot"])?.trim());
        let libraries = PathBuf::from(print(rustc, &["--print", "target-libdir"])?.trim());
        Ok(Toolchain {
            version,
            host,
            stamp: stamp(&sysroot),
            sysroot,
            libraries,
        })
    }

    pub fn rustc(&self) -> PathBuf {
        self.sysroot.join("bin/rustc")
    }

    pub fn cargo(&self) -> PathBuf {
        self.sysroot.join("bin/cargo")
    }

    /// The shared libraries that dynamically linked code needs when it runs.
    pub fn standard_library(&self) -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.libraries).at(&self.libraries)?;
        let paths = entries.flatten().map(|entry| entry.path());
        let is_shared = |path: &PathBuf| path.extension() == Some(DLL_EXTENSION.as_ref());
        Ok(paths.filter(is_shared).collect())
    }

    /// The standard library's sources: with them, the kernel's rust-analyzer finds types.
    pub fn sources(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    pub fn has_sources(&self) -> bool {
        self.sources().join("core").is_dir()
    }

    /// Adds the standard library's sources if they are missing.
    pub fn ensure_sources(&self, offline: bool) -> Result<()> {
        if self.has_sources() {
            return Ok(());
        }
        if offline {
            return Err(Error::Offline(
                "installing the sources of Rust's standard library".to_owned(),
            ));
        }
        println!("Adding the sources of Rust's standard library (rust-src) ...");
        self.add_sources()
    }

    /// Installs the standard library's sources through rustup.
    fn add_sources(&self) -> Result<()> {
        let fix = "install the component `rust-src` of your Rust toolchain";
        let output = Command::new("rustup")
            .args(["component", "add", "rust-src"])
            .output()
            .map_err(|_| Error::missing("the source code of Rust's standard library", fix))?;
        if output.status.success() && self.has_sources() {
            return Ok(());
        }
        let reason = String::from_utf8_lossy(&output.stderr);
        Err(Error::download(
            "rustup component add rust-src",
            &reason,
            format!("{}; {fix}", last_line(&reason)),
        ))
    }
}

/// The numbers of a version, such as `1.95` or `1.96.0-nightly`.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split(['.', '-'])
        .map_while(|part| part.parse().ok())
        .collect()
}

/// What [`Toolchain::stamp`] is for the compiler below `sysroot` now.
pub fn stamp(sysroot: &Path) -> String {
    let of = |path: &Path| -> std::io::Result<String> {
        let metadata = std::fs::metadata(path)?;
        Ok(format!("{} {:?}", metadata.len(), metadata.modified()?))
    };
    of(&sysroot.join("bin/rustc")).unwrap_or_default()
}

fn print(rustc: &Path, arguments: &[&str]) -> Result<String> {
    let fix = "install Rust from https://rustup.rs";
    let output = Command::new(rustc)
        .args(arguments)
        // With cargo's own, a copied compiler would load the original's libraries, and take its folder for its own.
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .map_err(|_| Error::missing("rustc", fix))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(Error::step(
            format!("rustc {}", arguments.join(" ")),
            last_line(&reason),
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Links a program of one line, as every cell will be linked.
pub fn check_linker() -> Result<()> {
    let folder = tempfile::tempdir().map_err(|source| Error::io(&std::env::temp_dir(), source))?;
    let source = folder.path().join("probe.rs");
    std::fs::write(&source, "fn main() {}").map_err(|error| Error::io(&source, error))?;
    let output = Command::new("rustc")
        .arg(&source)
        .arg("-o")
        .arg(folder.path().join("probe"))
        .output()
        .map_err(|_| Error::missing("rustc", "install Rust from https://rustup.rs"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::missing(
        "a working C linker",
        "install one, for example Debian's package `build-essential` or, on macOS, `xcode-select --install`",
    ))
}

/// NVIDIA's compiler compiles candle's GPU code; candle looks for it in the usual places.
pub fn check_cuda() -> Result<()> {
    let named = [
        "CUDA_HOME",
        "CUDA_PATH",
        "CUDA_ROOT",
        "CUDA_TOOLKIT_ROOT_DIR",
    ]
    .into_iter()
    .filter_map(std::env::var_os)
    .map(PathBuf::from);
    let mut folders = named.chain(["/usr/local/cuda", "/opt/cuda"].map(PathBuf::from));
    if is_on_path("nvcc") || folders.any(|folder| folder.join("bin/nvcc").is_file()) {
        return Ok(());
    }
    Err(Error::missing(
        "nvcc, the compiler of NVIDIA's CUDA toolkit,",
        "install the toolkit (12 or newer) or set CUDA_HOME to it; without `--features cuda`, everything runs on the CPU",
    ))
}

/// The most telling line of a program's error output, usually the last.
pub fn last_line(text: &str) -> String {
    let mut lines = text
        .lines()
        .rev()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.next().unwrap_or("it gave no reason").to_owned()
}

/// Whether `program` is found on PATH.
pub fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path)
            .any(|folder: PathBuf| Path::new(&folder).join(program).is_file())
    })
}
