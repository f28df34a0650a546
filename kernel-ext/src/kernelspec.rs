//! Telling Jupyter that there is a kernel `eosin`.

use crate::error::{At, Error, Result};
use crate::home::{HOME_VARIABLE, Home, SHARED_VARIABLE, write_atomically};
use crate::python::Python;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

pub const NAME: &str = "eosin";
pub const DISPLAY_NAME: &str = "Rust (Eosin)";
pub const LANGUAGE: &str = "rust";

const LOGOS: [(&str, &[u8]); 3] = [
    ("logo-32x32.png", include_bytes!("../logo/logo-32x32.png")),
    ("logo-64x64.png", include_bytes!("../logo/logo-64x64.png")),
    ("logo-svg.svg", include_bytes!("../logo/logo-svg.svg")),
];

/// The folder of the kernelspec in a Python environment.
pub fn folder_in(python: &Python) -> PathBuf {
    python.prefix.join("share/jupyter/kernels").join(NAME)
}

/// The folder in which every Jupyter of this user (VS Code's too) finds kernels.
fn users_folder() -> Option<PathBuf> {
    let data = match std::env::var_os("JUPYTER_DATA_DIR") {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(target_os = "macos") => dirs::home_dir()?.join("Library/Jupyter"),
        None => dirs::data_dir()?.join("jupyter"),
    };
    Some(data.join("kernels").join(NAME))
}

/// Writes the kernelspec where this user's Jupyters look, unless it is there already.
pub fn ensure(home: &Home, python: &Python) -> Result<()> {
    // A home folder of its own is for trials, which must not change what the user's other Jupyters start.
    let Some(own) = std::env::var_os(HOME_VARIABLE) else {
        if let Some(folder) = users_folder() {
            write(home, &folder, &json!({}))?;
        }
        return write(home, &folder_in(python), &json!({}));
    };
    let own = std::path::absolute(&own).unwrap_or(own.into());
    write(home, &folder_in(python), &json!({ HOME_VARIABLE: own }))
}

/// Writes the kernelspec for a class, whose kernels share what is in `home`.
pub fn ensure_for_class(home: &Home, python: &Python) -> Result<()> {
    let environment = json!({ SHARED_VARIABLE: home.data });
    write(home, &folder_in(python), &environment)
}

fn spec(home: &Home, environment: &Value) -> Value {
    json!({
        "argv": [home.kernel(), "kernel", "{connection_file}"],
        "display_name": DISPLAY_NAME,
        "language": LANGUAGE,
        "interrupt_mode": "message",
        "env": environment,
        "metadata": { "debugger": false },
    })
}

fn write(home: &Home, folder: &Path, environment: &Value) -> Result<()> {
    fs::create_dir_all(folder).at(folder)?;
    let text = serde_json::to_vec_pretty(&spec(home, environment))
        .map_err(|error| Error::step("writing the kernelspec", error.to_string()))?;
    for (name, content) in LOGOS.into_iter().chain([("kernel.json", text.as_slice())]) {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == content) {
            continue;
        }
        write_atomically(&path, content)?;
    }
    Ok(())
}
