//! The exercises of a lesson in a real browser: buttons, states and the panel.

mod workshop;

use workshop::browser::Lab;

#[test]
fn a_learner_checks_chooses_asks_for_help_begins_anew_and_sees_the_progress() {
    let lab = Lab::open("browser_exercises");
    let pictures = [
        "not_attempted",
        "wrong",
        "hints",
        "solution",
        "correct",
        "question",
        "dark",
    ];
    lab.play("browser_exercises.py", "01-tensors.ipynb", &pictures);
}
