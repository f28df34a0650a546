//! Jupyter's own suite for kernels.

mod workshop;

use std::process::Command;
use workshop::{test_python, workshop};

#[test]
fn the_kernel_passes_jupyter_kernel_test() {
    let kernelspecs = workshop().kernelspecs.parent().unwrap();
    let output = Command::new(test_python())
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/protocol.py"))
        .env("JUPYTER_PATH", kernelspecs)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    assert!(
        report.contains("Ran ") && !report.contains("Ran 0"),
        "{report}"
    );
}
