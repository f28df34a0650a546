//! What `eosin lab` and `eosin doctor` say on a machine that lacks something.

use serde_json::Value;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of rustc and cargo themselves: as a PATH, there is no linker and no python3 on it.
fn toolchain_alone() -> PathBuf {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .unwrap();
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()).join("bin")
}

struct Machine {
    home: tempfile::TempDir,
    path: PathBuf,
}

impl Machine {
    fn with_path(path: PathBuf) -> Self {
        Machine {
            home: tempfile::tempdir().unwrap(),
            path,
        }
    }

    fn eosin(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_eosin"))
            .args(arguments)
            .env("EOSIN_HOME", self.home.path())
            .env("PATH", &self.path)
            // Where no network is reached, neither is this package index.
            .env("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
            .env("PIP_RETRIES", "1")
            .env_remove("PIP_FIND_LINKS")
            .env_remove("CONDA_PREFIX")
            .output()
            .unwrap()
    }

    /// Whether JupyterLab or the notebook crate was left, whole or half.
    fn has_leftovers(&self) -> bool {
        let data = self.home.path().join("data");
        data.join("python").exists() || data.join("prebuilt/current").exists()
    }

    /// One sentence on stderr, and the exit code.
    fn refusal(&self, arguments: &[&str]) -> (String, i32) {
        let output = self.eosin(arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(message.trim().lines().count(), 1, "{message}");
        (message, output.status.code().unwrap())
    }
}

#[test]
fn without_rust_the_message_names_where_to_get_it() {
    let machine = Machine::with_path(PathBuf::from("/nowhere"));
    let (message, code) = machine.refusal(&["lab", "--setup-only"]);
    assert!(
        message.contains("rustc was not found") && message.contains("rustup.rs"),
        "{message}"
    );
    assert_eq!(code, 3);
}

#[test]
fn without_python_nothing_is_half_installed() {
    let machine = Machine::with_path(toolchain_alone());
    let (message, code) = machine.refusal(&["lab", "--setup-only"]);
    assert!(message.contains("python3 was not found"), "{message}");
    assert_eq!(code, 3);
    assert!(!machine.has_leftovers());
}

#[test]
fn without_a_network_nothing_is_half_installed() {
    let machine = Machine::with_path(PathBuf::from(std::env::var_os("PATH").unwrap()));
    let (message, code) = machine.refusal(&["lab", "--setup-only"]);
    assert!(message.contains("network cannot be reached"), "{message}");
    assert_eq!(code, 6);
    assert!(!machine.has_leftovers());
}

#[test]
fn without_the_cuda_compiler_its_feature_is_refused_at_once() {
    let machine = Machine::with_path(toolchain_alone());
    let (message, code) = machine.refusal(&["lab", "--setup-only", "--features", "cuda"]);
    assert!(message.contains("nvcc"), "{message}");
    assert_eq!(code, 3);
    assert!(!machine.has_leftovers());
}

#[test]
fn offline_and_not_set_up_is_told() {
    let machine = Machine::with_path(toolchain_alone());
    let (message, code) = machine.refusal(&["lab", "--setup-only", "--offline"]);
    assert!(message.contains("--offline"), "{message}");
    assert_eq!(code, 5);
}

#[test]
fn doctor_names_what_is_wrong_and_how_to_fix_it() {
    let machine = Machine::with_path(toolchain_alone());
    let output = machine.eosin(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["ok"], &report["python"], &report["kernelspec"]),
        (&false.into(), &Value::Null, &Value::Null)
    );
    let checks = report["checks"].as_array().unwrap();
    let check = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap();
    assert_eq!(check("toolchain")["ok"], true);
    assert!(check("linker")["fix"].as_str().unwrap().contains("linker"));
    for name in ["kernel", "notebook crate", "python", "kernelspec"] {
        assert!(
            check(name)["fix"]
                .as_str()
                .unwrap()
                .contains("cargo doctor --fix"),
            "{name}"
        );
    }
}

#[test]
fn a_kernel_without_set_up_says_what_to_do() {
    let machine = Machine::with_path(toolchain_alone());
    let (message, _) = machine.refusal(&["kernel", "connection.json"]);
    assert!(message.contains("cargo lab --setup-only"), "{message}");
}

/// A folder like root's home.
fn private_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    folder
}

#[test]
fn a_class_is_not_set_up_where_learners_cannot_rely_on_it() {
    let machine = Machine::with_path(PathBuf::from(std::env::var_os("PATH").unwrap()));
    let private = private_folder();
    let within = private.path().join("class");
    for (folder, reason) in [
        (within.as_path(), "closed to others"),
        (Path::new("/var/tmp/my class"), "only letters"),
    ] {
        let folder = folder.to_str().unwrap();
        let (message, code) = machine.refusal(&["class", "setup", "--dir", folder]);
        assert!(
            message.contains(reason) && message.contains("/opt/eosin"),
            "{message}"
        );
        assert_eq!(code, 1);
        assert!(!Path::new(folder).exists());
    }
}

#[test]
fn a_class_does_not_get_a_python_that_is_somebodys_own() {
    let machine = Machine::with_path(PathBuf::from(std::env::var_os("PATH").unwrap()));
    let private = private_folder();
    let (library, python) = (private.path().join("os.py"), private.path().join("python"));
    std::fs::write(&library, "").unwrap();
    std::fs::write(&python, format!("#!/bin/sh\necho {}\n", library.display())).unwrap();
    std::fs::set_permissions(&python, Permissions::from_mode(0o755)).unwrap();
    let folder = "/var/tmp/eosin-class-that-is-refused";
    let python = python.to_str().unwrap();
    let (message, code) = machine.refusal(&["class", "setup", "--dir", folder, "--python", python]);
    assert!(message.contains("all users can read"), "{message}");
    assert_eq!(code, 3);
    assert!(!Path::new(folder).exists());
}
