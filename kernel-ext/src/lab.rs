//! `eosin lab`: sets up what is missing, then opens the workshop.

use crate::error::{At, Result};
use crate::home::Home;
use crate::prebuilt::Prebuilt;
use crate::python::Python;
use crate::source::Source;
use crate::toolchain::{self, Toolchain};
use crate::workshop;
use crate::{cpu, disk, kernelspec, labextension, prebuilt, program, python};
use std::fs::File;
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
    let SetUp {
        source,
        python,
        alone,
    } = set_up(&home, &options.features, options.offline)?;
    let folder = match &options.dir {
        Some(folder) => folder.clone(),
        None => workshop::default_folder()?,
    };
    let copied = workshop::copy(&source.notebooks(), &folder)?;
    workshop::tell(&copied, &folder);
    drop(alone);
    if options.setup_only {
        println!("Everything is set up. `cargo lab` opens the workshop.");
        return Ok(0);
    }
    open(&python, options, &folder, workshop::first_lesson(&copied))
}

/// All that notebooks need.
pub struct SetUp {
    source: Source,
    python: Python,
    /// While this is open, no other command sets up.
    alone: File,
}

/// Sets up what is missing or out of date.
pub fn set_up(home: &Home, features: &[String], offline: bool) -> Result<SetUp> {
    let source = Source::find()?;
    let toolchain = Toolchain::find()?;
    toolchain.ensure_sources(offline)?;
    let alone = home.set_up_alone()?;
    let mut features = features.to_vec();
    features.sort();
    if Python::locate(home).is_none() || Prebuilt::locate(home)?.is_none() {
        disk::check(home)?;
    }
    if features
        .iter()
        .any(|feature| CUDA.contains(&feature.as_str()))
    {
        toolchain::check_cuda()?;
    }
    program::install(home)?;
    let python = python::ensure(home, offline)?;
    prebuilt::ensure(
        home,
        &source,
        &toolchain,
        &features,
        &cpu::native(),
        offline,
    )?;
    kernelspec::ensure(home, &python)?;
    labextension::ensure(&source, &python)?;
    Ok(SetUp {
        source,
        python,
        alone,
    })
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
