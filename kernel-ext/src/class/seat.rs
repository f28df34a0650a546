//! `eosin class seat`: what JupyterHub starts for a learner, as that learner.

use super::folder::ClassFolder;
use crate::error::{At, Error, Result};
use crate::home::SHARED_VARIABLE;
use crate::plain_path::folder_of_own;
use crate::workshop;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The longest name of a socket, less the name that Jupyter gives one in the folder of its connections.
const LONGEST_FOLDER: usize = 107 - "/kernel-01234567-89ab-cdef-0123-456789abcdef-ipc-5".len();

/// Brings the notebooks to a learner's home, then runs the learner's server (JupyterHub calls this).
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The folder of the class
    #[arg(long, value_name = "FOLDER")]
    dir: PathBuf,
    /// Passed on to the server
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// What a learner writes is for nobody else to read, whatever the home allows.
const PRIVATELY: &str = r#"umask 077 && exec "$@""#;

/// Becomes the server.
pub fn run(options: &Options) -> Result<i32> {
    let class = ClassFolder::at(&options.dir).at(&options.dir)?;
    let workshop = workshop::default_folder()?;
    let mut private = fs::DirBuilder::new();
    private.recursive(true).mode(0o700);
    private.create(&workshop).at(&workshop)?;
    let copied = workshop::copy(&class.notebooks(), &workshop)?;
    workshop::tell(&copied, &workshop);
    let interpreter = class.python().interpreter();
    let mut server = Command::new("/bin/sh");
    server
        .args(["-c", PRIVATELY, "seat"])
        .arg(&interpreter)
        .args(["-m", "jupyterhub.singleuser"])
        .args(&options.arguments)
        .current_dir(&workshop)
        .env(SHARED_VARIABLE, &class.path)
        .env("JUPYTERHUB_ROOT_DIR", &workshop)
        .env("PATH", path(&class));
    if env::var_os("EOSIN_DATA").is_none() {
        server.env("EOSIN_DATA", class.data_sets());
    }
    if let Some(name) = workshop::first_lesson(&copied) {
        server.env("JUPYTERHUB_DEFAULT_URL", format!("/lab/tree/{name}"));
    }
    if let Some(folder) = short_runtime_folder()? {
        server.env("JUPYTER_RUNTIME_DIR", folder);
    }
    Err(Error::io(Path::new("/bin/sh"), server.exec()))
}

/// In a terminal, learners have `eosin` and the Rust of the class.
fn path(class: &ClassFolder) -> std::ffi::OsString {
    let outer = env::var_os("PATH").unwrap_or_default();
    let own = [class.path.join("bin"), class.toolchain().join("bin")];
    let all = own.into_iter().chain(env::split_paths(&outer));
    env::join_paths(all).unwrap_or(outer)
}

/// Kernels listen at sockets in the folder of their connections; where its name is too long for that, they get another.
fn short_runtime_folder() -> Result<Option<PathBuf>> {
    let usual = match env::var_os("JUPYTER_RUNTIME_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => dirs::data_dir().unwrap_or_default().join("jupyter/runtime"),
    };
    match is_too_long(&usual) {
        true => folder_of_own(&usual).map(Some),
        false => Ok(None),
    }
}

fn is_too_long(folder: &Path) -> bool {
    folder.as_os_str().len() > LONGEST_FOLDER
}
