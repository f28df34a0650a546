//! A class on one machine: JupyterHub, its proxy, and learners who are users of the machine. `EOSIN_SEATS=30 cargo test
//! --test hub -- --nocapture` for another number than the usual one.

mod workshop;

use std::path::{Path, PathBuf};
use std::process::Command;
use workshop::{environment, eosin, workshop};

/// Where learners can read it, unlike the folder of this test. Kept: a class is set up once.
const CLASS: &str = "/var/tmp/eosin-test-class";
const PROXY: &str = "configurable-http-proxy@5.3.0";

#[test]
fn a_class_on_one_hub_keeps_its_variables_and_its_secrets() {
    set_up_class();
    let python = environment("hub", "tests/hub-requirements.txt");
    let seats = std::env::var("EOSIN_SEATS").unwrap_or_else(|_| "6".to_owned());
    let held = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hub.py"))
        .arg(CLASS)
        .arg(proxy(&python))
        .arg(seats)
        .env("PATH", path_with(&python))
        .status()
        .unwrap();
    assert!(held.success(), "the class did not go as it should");
}

/// The notebook crate comes from the workshop, which has it already.
fn set_up_class() {
    workshop();
    let python = "/usr/bin/python3";
    let set_up = eosin(&["class", "setup", "--dir", CLASS, "--python", python])
        .status()
        .unwrap();
    assert!(set_up.success(), "`eosin class setup` failed");
}

/// The proxy, installed with the Node.js of the hub's environment.
fn proxy(python: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proxy");
    let program = folder.join("node_modules/.bin/configurable-http-proxy");
    if !program.exists() {
        let installed = Command::new(python.with_file_name("npm"))
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
            .arg("--prefix")
            .arg(&folder)
            .arg(PROXY)
            .env("PATH", path_with(python))
            .status()
            .unwrap();
        assert!(installed.success(), "npm install failed");
    }
    program
}

fn path_with(python: &Path) -> std::ffi::OsString {
    let own = python.parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap()
}
