//! Asking the learner.

use super::sink::{Listener, listener, write};
use super::stdin;
use serde_json::json;

/// Asks a question in the notebook and waits for the answer, without its line end.
///
/// Needs a front end that supports questions; in a terminal it reads a line of stdin. An interrupt answers with empty text.
pub fn input(prompt: &str) -> String {
    if listener() != Listener::Kernel {
        return evcxr_input::get_string(prompt);
    }
    // evcxr takes the prompt to end at a colon.
    let prompt = json!(prompt).to_string().replace(':', "\\u003a");
    write(&format!("{}:{prompt}\n", evcxr_input::GET_CMD));
    stdin::answer().unwrap_or_default().trim().to_owned()
}
