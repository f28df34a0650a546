//! `cargo lab` and its notebook in a real browser.

mod workshop;

use workshop::browser::Lab;
use workshop::lesson::{shortened, without_exercises};

#[test]
fn a_learner_sees_the_images_the_moving_curve_and_the_predictions() {
    let lab = Lab::open("browser");
    let name = "09-unet-nuclei.ipynb";
    let text = std::fs::read_to_string(lab.notebook(name)).unwrap();
    let text = shortened(&without_exercises(&text));
    std::fs::write(lab.notebook(name), text).unwrap();
    lab.play("browser.py", name, &["grid", "training", "gallery"]);
}
