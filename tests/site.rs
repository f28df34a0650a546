//! The workshop as a web site, built by Jupyter Book and read in a real browser.

mod workshop;

use std::fs;
use std::path::Path;
use workshop::browser::play_in_browser;
use workshop::{eosin, workshop};

#[test]
fn a_lesson_is_read_on_a_phone_without_a_kernel_or_a_network() {
    workshop();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site");
    let site = folder.join("pages");
    fs::create_dir_all(&folder).unwrap();
    let build = |lesson: &str| {
        let mut build = eosin(&["notebooks", "site", "--run", "--lesson", lesson]);
        build.arg(&site).output().unwrap()
    };
    let built = build("04-convolution");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let page = format!("file://{}", site.join("04-convolution.html").display());
    play_in_browser("site.py", &page, &folder);

    let unknown = build("04-convolutions");
    let told = String::from_utf8_lossy(&unknown.stderr);
    assert!(!unknown.status.success() && told.contains("there is no lesson 04-convolutions"));
    // It never replaces what somebody else has written.
    fs::remove_dir_all(&site).unwrap();
    fs::create_dir(&site).unwrap();
    fs::write(site.join("thesis.txt"), "my work").unwrap();
    let refused = build("04-convolution");
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && told.contains("not a site of Eosin"));
    assert!(site.join("thesis.txt").exists());
    fs::remove_dir_all(&site).unwrap();
}
