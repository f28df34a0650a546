//! JupyterLab as `cargo lab` opens it, and what is to happen in it in a real browser.

use super::{test_python, workshop};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// JupyterLab, ended with the test.
pub struct Lab {
    process: Child,
    /// Where it is, with its token.
    address: String,
    /// For what is seen; the notebooks are in it, too.
    folder: PathBuf,
}

impl Lab {
    /// Opens the workshop in a folder of its own, with no data, no progress and no settings of whoever runs the test.
    pub fn open(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut process = Command::new(&workshop().kernel)
            .args(["lab", "--no-browser", "--port", "0", "--dir"])
            .arg(folder.join("notebooks"))
            .env("EOSIN_SOURCE", env!("CARGO_MANIFEST_DIR"))
            .env("EOSIN_DATA", folder.join("data"))
            .env("EOSIN_PROGRESS", folder.join("progress.json"))
            .env("JUPYTER_CONFIG_DIR", folder.join("settings"))
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        let mut lines = log.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let mut words = line.split_whitespace();
            let address = words.find(|word| word.starts_with("http://127.0.0.1"))?;
            Some(address.to_owned())
        });
        // Whoever does not read a log fills its pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Lab {
            process,
            address: address.expect("JupyterLab tells its address"),
            folder,
        }
    }

    pub fn notebook(&self, name: &str) -> PathBuf {
        self.folder.join("notebooks").join(name)
    }

    /// Has a script in `tests/` do something in the browser, which must succeed and leave these pictures.
    pub fn play(&self, script: &str, notebook: &str, pictures: &[&str]) {
        let (server, token) = (self.address.split_once("/lab"))
            .and_then(|(server, rest)| Some((server, rest.split_once('?')?.1)))
            .unwrap();
        let address = format!("{server}/lab/tree/{notebook}?{token}");
        play_in_browser(script, &address, &self.folder);
        for picture in pictures {
            let path = self.folder.join(picture).with_extension("png");
            let size = std::fs::metadata(path).unwrap().len();
            assert!(size > 20_000, "{picture}: {size}");
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It asks back after the first interrupt; a termination ends it and its kernels.
        let _ = Command::new("pkill")
            .args(["-TERM", "-P", &self.process.id().to_string()])
            .status();
        let _ = self.process.wait();
    }
}

/// Runs a script in `tests/`, which must succeed, with a browser, an address to open, and a folder for what is seen.
pub fn play_in_browser(script: &str, address: &str, folder: &Path) {
    let output = Command::new(test_python())
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests")
                .join(script),
        )
        .args([chromium(), address])
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
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
