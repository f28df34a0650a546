//! `eosin class setup`: fills the folder of a class.

use super::access;
use super::folder::ClassFolder;
use super::shared_toolchain;
use crate::error::{At, Error, Result};
use crate::home::{HOME_VARIABLE, Home, write_atomically};
use crate::plain_path::is_plain;
use crate::python::Python;
use crate::source::Source;
use crate::toolchain::Toolchain;
use crate::{cpu, disk, kernelspec, labextension, prebuilt, program, python, workshop};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// For all servers of the class.
const SERVER_SETTINGS: &str = include_str!("../../python/class_server_config.json");
const HUB_SETTINGS: &str = include_str!("../../python/jupyterhub_config.py");
const FIRST_CELLS: &str = include_str!("../../python/first_cells.py");

/// Sets up, for all users of this machine, what a class shares.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The folder of the class, such as /opt/eosin
    #[arg(long, value_name = "FOLDER")]
    dir: PathBuf,
    /// The Python that JupyterLab will run with; all users must be able to read it
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
    /// The version of JupyterHub that the hub runs; the seats' servers must have the same
    #[arg(long, value_name = "VERSION", default_value = "6.1.1")]
    jupyterhub: String,
    /// Compile for this processor or newer ones instead of this machine's own, for an image that runs on other machines
    #[arg(long, value_name = "LEVEL", value_parser = clap::builder::PossibleValuesParser::new(cpu::LEVELS))]
    target_cpu: Option<String>,
    /// Features of the notebook crate, for example `cuda`
    #[arg(long, value_delimiter = ',')]
    features: Vec<String>,
    /// Never use the network
    #[arg(long)]
    offline: bool,
}

/// Sets up what is missing or out of date.
pub fn run(options: &Options) -> Result<i32> {
    let folder = ClassFolder::at(&options.dir).at(&options.dir)?;
    check_folder(&folder)?;
    check_python(&options.python)?;
    let source = Source::find()?;
    let toolchain = Toolchain::find()?;
    toolchain.ensure_sources(options.offline)?;
    let home = folder.home();
    let _alone = home.set_up_alone()?;
    disk::check(&home)?;
    let toolchain = shared_toolchain::ensure(&toolchain, &folder.toolchain())?;
    program::install(&home)?;
    let python = python::ensure_private(&home, &options.python, options.offline)?;
    let server = format!("jupyterhub=={}\n", options.jupyterhub);
    python.add(&server, "Installing the seats' servers", options.offline)?;
    labextension::ensure(&source, &python)?;
    kernelspec::ensure_for_class(&home, &python)?;
    prebuild(options, &home, &source, &toolchain)?;
    let copied = workshop::copy(&source.notebooks(), &folder.notebooks())?;
    workshop::tell(&copied, &folder.notebooks());
    let data_sets = folder.data_sets();
    fs::create_dir_all(&data_sets).at(&data_sets)?;
    write_settings(&folder, &python)?;
    run_first_cells(&python)?;
    access::make_read_only(&folder.path)?;
    println!(
        "The class is set up in {}. Add this line to your jupyterhub_config.py:\n    load_subconfig({:?})",
        folder.path.display(),
        folder.hub_settings()
    );
    Ok(0)
}

fn check_folder(folder: &ClassFolder) -> Result<()> {
    let refused = |reason: &str| {
        Error::step(
            format!("setting up a class in {}", folder.path.display()),
            format!("{reason}. Choose a folder such as /opt/eosin."),
        )
    };
    if !is_plain(&folder.path) {
        return Err(refused(
            "its name may have only letters, digits, dots, hyphens and underscores",
        ));
    }
    match access::obstacle(&folder.path)? {
        Some(obstacle) => Err(refused(&obstacle)),
        None => Ok(()),
    }
}

/// Refuses a Python in somebody's home: a seat's server could not start.
fn check_python(program: &Path) -> Result<()> {
    let fix = "install Debian's packages `python3` and `python3-venv`, and add `--python /usr/bin/python3`";
    let output = Command::new(program)
        .args(["-c", "import os; print(os.__file__)"])
        .output()
        .map_err(|_| Error::missing(program.display().to_string(), fix))?;
    let library = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if output.status.success() && access::is_readable_by_all(&library)? {
        return Ok(());
    }
    Err(Error::missing(
        format!(
            "a Python that all users can read ({} is in {})",
            program.display(),
            library.display()
        ),
        fix,
    ))
}

/// Compiles the notebook crate, unless the one who sets up has compiled the same for themselves.
fn prebuild(options: &Options, home: &Home, source: &Source, toolchain: &Toolchain) -> Result<()> {
    let mut features = options.features.clone();
    features.sort();
    let cpu = options.target_cpu.clone().unwrap_or_else(cpu::native);
    let own = Home::from_environment()?;
    prebuilt::take_over(&own, home, source, toolchain, &features, &cpu)?;
    prebuilt::ensure(home, source, toolchain, &features, &cpu, options.offline)?;
    Ok(())
}

fn write_settings(folder: &ClassFolder, python: &Python) -> Result<()> {
    write_atomically(
        &python.prefix.join("etc/jupyter/jupyter_server_config.json"),
        SERVER_SETTINGS.as_bytes(),
    )?;
    let settings = HUB_SETTINGS.replace("/opt/eosin", &folder.path.to_string_lossy());
    write_atomically(&folder.hub_settings(), settings.as_bytes())
}

/// Runs a first kernel: it shows that all is in place, and leaves behind what cargo answered, which learners' kernels
/// can only read.
fn run_first_cells(python: &Python) -> Result<()> {
    println!("Running first cells ...");
    let home = tempfile::tempdir().at(&std::env::temp_dir())?;
    let output = Command::new(python.interpreter())
        .args(["-c", FIRST_CELLS])
        .current_dir(home.path())
        .env("HOME", home.path())
        .env(HOME_VARIABLE, home.path())
        .env_remove("JUPYTER_PATH")
        .output()
        .at(&python.interpreter())?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Error::step("running first cells", told.trim()))
}
