//! `eosin doctor`: what is there, what is not, and how to fix it.

use crate::error::Result;
use crate::home::Home;
use crate::kernelspec;
use crate::lab;
use crate::labextension;
use crate::prebuilt::Prebuilt;
use crate::python::Python;
use crate::source::Source;
use crate::toolchain::{self, Toolchain};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Reports what the workshop needs and finds on this machine.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Set up again what is missing or out of date
    #[arg(long)]
    fix: bool,
}

/// One thing that was checked.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    found: String,
    /// What to do when it is not in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
    /// Whether setting up again does that.
    #[serde(skip)]
    is_fixed_by_setting_up: bool,
}

impl Check {
    fn well(name: &'static str, found: impl Into<String>) -> Self {
        Check {
            name,
            ok: true,
            found: found.into(),
            fix: None,
            is_fixed_by_setting_up: false,
        }
    }

    fn wrong(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Check {
            name,
            ok: false,
            found: found.into(),
            fix: Some(fix.into()),
            is_fixed_by_setting_up: false,
        }
    }

    fn not_set_up(name: &'static str, found: impl Into<String>) -> Self {
        Check {
            is_fixed_by_setting_up: true,
            ..Check::wrong(name, found, "run `cargo doctor --fix`")
        }
    }
}

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    /// The interpreter of the Python environment.
    python: Option<PathBuf>,
    /// The folder of the kernelspec `eosin`.
    kernelspec: Option<PathBuf>,
    data: PathBuf,
    cache: PathBuf,
    checks: Vec<Check>,
}

/// Prints the report; the result is the exit code.
pub fn run(options: &Options) -> Result<i32> {
    let home = Home::from_environment()?;
    let mut report = examine(&home);
    if options.fix
        && report
            .checks
            .iter()
            .any(|check| check.is_fixed_by_setting_up)
    {
        // With the features that were chosen before.
        let before = Prebuilt::locate(&home).ok().flatten();
        let features = before.map_or_else(Vec::new, |prebuilt| prebuilt.manifest.features);
        lab::set_up(&home, &features, false)?;
        report = examine(&home);
    }
    if options.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&report).unwrap_or_default()
        );
    } else {
        for check in &report.checks {
            let mark = if check.ok { "ok   " } else { "WRONG" };
            println!("{mark}  {:<16} {}", check.name, check.found);
            if let Some(fix) = &check.fix {
                println!("       {:<16} -> {fix}", "");
            }
        }
    }
    Ok(if report.ok { 0 } else { 1 })
}

fn examine(home: &Home) -> Report {
    let mut checks = Vec::new();
    let toolchain = Toolchain::find();
    match &toolchain {
        Ok(found) => {
            checks.push(Check::well(
                "toolchain",
                found.version.lines().next().unwrap_or_default(),
            ));
            checks.push(if found.has_sources() {
                Check::well("rust-src", found.sources().display().to_string())
            } else {
                Check::not_set_up("rust-src", "absent")
            });
        }
        Err(error) => checks.push(Check::wrong(
            "toolchain",
            "absent or too old",
            error.to_string(),
        )),
    }
    checks.push(match toolchain::check_linker() {
        Ok(()) => Check::well("linker", "links a program"),
        Err(error) => Check::wrong("linker", "cannot link", error.to_string()),
    });
    checks.push(if home.kernel().is_file() {
        Check::well("kernel", home.kernel().display().to_string())
    } else {
        Check::not_set_up("kernel", "not installed")
    });
    checks.push(prebuilt(home, toolchain.as_ref().ok()));
    let python = Python::locate(home);
    checks.push(match &python {
        Some(python) => Check::well("python", python.interpreter().display().to_string()),
        None => Check::not_set_up("python", "no environment with JupyterLab"),
    });
    let folder = python
        .as_ref()
        .map(kernelspec::folder_in)
        .filter(|folder| folder.join("kernel.json").is_file());
    checks.push(match &folder {
        Some(folder) => Check::well("kernelspec", folder.display().to_string()),
        None => Check::not_set_up("kernelspec", "not installed"),
    });
    checks.push(match &python {
        Some(python) if labextension::is_in(python) => Check::well(
            "exercise buttons",
            labextension::folder_in(python).display().to_string(),
        ),
        _ => Check::not_set_up("exercise buttons", "not installed"),
    });
    checks.push(Check::well("device", device()));
    checks.push(Check::well("data sets", data_sets(home)));
    checks.push(disk(home));
    Report {
        ok: checks.iter().all(|check| check.ok),
        python: python.map(|python| python.interpreter()),
        kernelspec: folder,
        data: home.data.clone(),
        cache: home.cache.clone(),
        checks,
    }
}

fn prebuilt(home: &Home, toolchain: Option<&Toolchain>) -> Check {
    const NAME: &str = "notebook crate";
    match Prebuilt::locate(home) {
        Err(error) => Check::not_set_up(NAME, error.to_string()),
        Ok(None) => Check::not_set_up(NAME, "not compiled"),
        Ok(Some(prebuilt)) => {
            let found = prebuilt.folder.display().to_string();
            let Some(toolchain) = toolchain else {
                return Check::well(NAME, found);
            };
            if let Some(misfit) = prebuilt.misfit() {
                return Check::not_set_up(NAME, format!("{found}, {misfit}"));
            }
            let is_old = Source::find()
                .is_ok_and(|source| !prebuilt.is_of(&source, toolchain).unwrap_or(true));
            if is_old {
                return Check::not_set_up(NAME, format!("{found}, older than its sources"));
            }
            Check::well(NAME, found)
        }
    }
}

fn device() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cuda = if toolchain::is_on_path("nvidia-smi") {
        "an NVIDIA driver"
    } else {
        "no NVIDIA driver"
    };
    let architecture = std::env::consts::ARCH;
    format!("{cores} CPU cores ({architecture}, {}), {cuda}", simd())
}

/// The vector instructions that the operations choose from when they run.
fn simd() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return "AVX-512";
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return "AVX2";
        }
    }
    "no AVX2"
}

/// What is in the two folders in which the crate looks for data sets.
fn data_sets(home: &Home) -> String {
    let named = std::env::var_os("EOSIN_DATA").map(PathBuf::from);
    let mut found: Vec<String> = named
        .into_iter()
        .chain([home.data.join("datasets")])
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        // Not half a download, nor the checksum beside a complete one.
        .filter(|path| {
            ["part", "sha256"]
                .iter()
                .all(|end| path.extension() != Some(end.as_ref()))
        })
        .map(|path| path.display().to_string())
        .collect();
    found.sort();
    if found.is_empty() {
        "none (lessons use synthetic images)".to_owned()
    } else {
        found.join(", ")
    }
}

fn disk(home: &Home) -> Check {
    let used = (size(&home.data) + size(&home.cache)) as f64 / 1e9;
    let free = crate::disk::free(&home.data).unwrap_or(0) as f64 / 1e9;
    let found = format!("{used:.1} GB used, {free:.1} GB free");
    if free < 1.0 {
        Check::wrong("disk", found, "free at least 1 GB")
    } else {
        Check::well("disk", found)
    }
}

fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => size(&entry.path()),
            Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |metadata| metadata.len()),
            _ => 0,
        })
        .sum()
}
