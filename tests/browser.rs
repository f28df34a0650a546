//! `cargo lab` and its notebook in a real browser.

mod workshop;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use workshop::{test_python, workshop};

/// JupyterLab, ended with the test.
struct Lab(Child);

impl Drop for Lab {
    fn drop(&mut self) {
        // It asks back after the first interrupt; a termination ends it and its kernels.
        let _ = Command::new("pkill")
            .args(["-TERM", "-P", &self.0.id().to_string()])
            .status();
        let _ = self.0.wait();
    }
}

fn chromium() -> &'static str {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| {
            Command::new(name)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok()
        });
    found.expect("this test needs Chromium (Debian's package `chromium`)")
}

#[test]
fn a_learner_sees_the_images_the_moving_curve_and_the_predictions() {
    let chromium = chromium();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let nothing = tempfile::tempdir().unwrap();
    let mut lab = Command::new(&workshop().kernel)
        .args(["lab", "--no-browser", "--port", "0", "--dir"])
        .arg(folder.join("notebooks"))
        .env("EOSIN_SOURCE", env!("CARGO_MANIFEST_DIR"))
        .env("EOSIN_DATA", nothing.path())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map(Lab)
        .unwrap();
    shorten(&folder.join("notebooks/09-unet-nuclei.ipynb"), &mut lab);
    let log = BufReader::new(lab.0.stderr.take().unwrap());
    let mut lines = log.lines().map_while(Result::ok);
    let address = lines
        .find_map(|line| {
            line.split_whitespace()
                .find(|word| word.starts_with("http://127.0.0.1"))
                .map(str::to_owned)
        })
        .expect("JupyterLab tells its address");
    // Whoever does not read a log fills its pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let notebook = address.replacen("/lab?", "/lab/tree/09-unet-nuclei.ipynb?", 1);
    let output = Command::new(test_python())
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser.py"))
        .args([chromium, &notebook])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for picture in ["grid", "training", "gallery"] {
        let size = std::fs::metadata(folder.join(picture).with_extension("png"))
            .unwrap()
            .len();
        assert!(size > 20_000, "{picture}: {size}");
    }
}

/// Smaller images and fewer epochs, once the notebook is there: what is shown is the same.
fn shorten(notebook: &Path, lab: &mut Lab) {
    while !notebook.is_file() {
        assert!(lab.0.try_wait().unwrap().is_none(), "JupyterLab has ended");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let text = std::fs::read_to_string(notebook).unwrap();
    std::fs::write(
        notebook,
        text.replace("size: 128", "size: 64")
            .replace("epochs = 8", "epochs = 3"),
    )
    .unwrap();
}
