//! `eosin lab`: sets up what is missing, then opens the workshop.

use crate::error::{At, Error, Result};
use crate::home::Home;
use crate::prebuilt::Prebuilt;
use crate::python::Python;
use crate::source::Source;
use crate::toolchain::{self, Toolchain};
use crate::workshop::{self, Copied};
use crate::{disk, kernelspec, labextension, prebuilt, python};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Features that need the CUDA compiler.
const CUDA: [&str; 2] = ["cuda", "cudnn"];

/// Opens the workshop in JupyterLab; sets up first what is missing.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Where your copy of the notebooks is [default: ~/eosin-workshop]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Start JupyterLab without opening a browser
    #[arg(long)]
    no_browser: bool,
    /// The port of JupyterLab
    #[arg(long)]
    port: Option<u16>,
    /// Set up, but do not start JupyterLab
    #[arg(long)]
    setup_only: bool,
    /// Never use the network
    #[arg(long)]
    offline: bool,
    /// Features of the notebook crate, for example `cuda`
    #[arg(long, value_delimiter = ',')]
    features: Vec<String>,
}

/// Sets up what is missing, then runs JupyterLab; the result is its exit code.
pub fn run(options: &Options) -> Result<i32> {
    let home = Home::from_environment()?;
    let source = Source::find()?;
    let toolchain = Toolchain::find()?;
    if !toolchain.has_sources() {
        if options.offline {
            return Err(Error::Offline(
                "installing the sources of Rust's standard library".to_owned(),
            ));
        }
        println!("Adding the sources of Rust's standard library (rust-src) ...");
        toolchain.add_sources()?;
    }
    let set_up = one_at_a_time(&home)?;
    let mut features = options.features.clone();
    features.sort();
    if Python::locate(&home).is_none() || Prebuilt::locate(&home)?.is_none() {
        disk::check(&home)?;
    }
    if features
        .iter()
        .any(|feature| CUDA.contains(&feature.as_str()))
    {
        toolchain::check_cuda()?;
    }
    install_kernel(&home)?;
    let python = python::ensure(&home, options.offline)?;
    prebuilt::ensure(&home, &source, &toolchain, &features, options.offline)?;
    kernelspec::ensure(&home, &python)?;
    labextension::ensure(&source, &python)?;
    let folder = match &options.dir {
        Some(folder) => folder.clone(),
        None => workshop::default_folder()?,
    };
    let copied = workshop::copy(&source.notebooks(), &folder)?;
    tell(&copied, &folder);
    drop(set_up);
    if options.setup_only {
        println!("Everything is set up. `cargo lab` opens the workshop.");
        return Ok(0);
    }
    // The first visit begins with the first lesson; later, JupyterLab opens what was open last.
    let is_first_time = copied.iter().all(|(_, what)| *what == Copied::New);
    let first_lesson = copied.first().filter(|_| is_first_time);
    open(
        &python,
        options,
        &folder,
        first_lesson.map(|(name, _)| name.as_str()),
    )
}

/// A lock on setting up: a second `cargo lab` must not clear away what a first one is still installing.
fn one_at_a_time(home: &Home) -> Result<File> {
    fs::create_dir_all(&home.data).at(&home.data)?;
    let path = home.data.join("set-up.lock");
    let lock = File::create(&path).at(&path)?;
    if lock.try_lock().is_err() {
        println!("Another `cargo lab` is setting up; waiting for it.");
        lock.lock().at(&path)?;
    }
    Ok(lock)
}

/// Copies this very program to where kernelspecs look for it.
fn install_kernel(home: &Home) -> Result<()> {
    let running = std::env::current_exe().at(Path::new("eosin"))?;
    let installed = home.kernel();
    let shims = || crate::kernel::install_shims(&installed).at(&installed);
    let same = |a: &Path, b: &Path| -> std::io::Result<bool> {
        let (a, b) = (fs::metadata(a)?, fs::metadata(b)?);
        // A copy keeps the time of its original, see below.
        Ok(a.len() == b.len() && a.modified()? == b.modified()?)
    };
    if running == installed || same(&running, &installed).unwrap_or(false) {
        return shims();
    }
    let folder = installed.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).at(folder)?;
    let copy = tempfile::NamedTempFile::new_in(folder).at(folder)?;
    fs::copy(&running, copy.path()).at(&running)?;
    let modified = fs::metadata(&running)
        .and_then(|metadata| metadata.modified())
        .at(&running)?;
    copy.as_file().set_modified(modified).at(copy.path())?;
    copy.persist(&installed)
        .map_err(|error| Error::io(&installed, error.error))?;
    println!("Kernel installed.");
    shims()
}

fn tell(copied: &[(String, Copied)], folder: &Path) {
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

fn open(python: &Python, options: &Options, folder: &Path, notebook: Option<&str>) -> Result<i32> {
    let folder = std::path::absolute(folder).at(folder)?;
    println!(
        "Opening {} in JupyterLab; Ctrl-C twice ends it.",
        folder.display()
    );
    // Ctrl-C is for JupyterLab, which asks whether to stop; this process only waits for it.
    crate::kernel::ignore_interrupts().at(&folder)?;
    let status = Command::new(python.interpreter())
        .args(["-m", "jupyterlab"])
        .arg(format!("--ServerApp.root_dir={}", folder.display()))
        // In a container, root is often the only user who can run JupyterLab.
        .args(nix::unistd::geteuid().is_root().then_some("--allow-root"))
        .args(options.no_browser.then_some("--no-browser"))
        .args(options.port.map(|port| format!("--port={port}")))
        .args(notebook.map(|name| format!("--LabApp.default_url=/lab/tree/{name}")))
        .status()
        .at(&python.interpreter())?;
    Ok(status.code().unwrap_or(1))
}
