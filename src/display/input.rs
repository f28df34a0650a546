//! Asking the learner.

/// Asks a question in the notebook and waits for the answer, without its line end.
///
/// Needs a front end that supports questions; in a terminal it reads a line of stdin.
pub fn input(prompt: &str) -> String {
    evcxr_input::get_string(prompt)
}
