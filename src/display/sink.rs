//! Where displays are sent, and in which format.

use super::bundle::{Bundle, Show};
use crate::Result;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::OnceLock;

/// Who reads the stdout of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listener {
    /// The `eosin` kernel: records between the text, in order, and displays that can be updated.
    Kernel,
    /// Stock `evcxr_jupyter`: the last block of each MIME type, when the cell has finished.
    Evcxr,
    /// A terminal or a log: plain text.
    Nobody,
}

/// Found once, from the environment variables that the kernels set.
pub(crate) fn listener() -> Listener {
    static LISTENER: OnceLock<Listener> = OnceLock::new();
    *LISTENER.get_or_init(|| {
        if std::env::var_os("EOSIN_KERNEL").is_some() {
            Listener::Kernel
        } else if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
            Listener::Evcxr
        } else {
            Listener::Nobody
        }
    })
}

/// Writes in one piece, so that no other thread's text gets in between. A closed stdout is not the learner's problem.
pub(crate) fn write(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// A record of the display protocol: the record separator (RFC 7464), our name, one line of JSON.
pub(crate) fn record(content: &Value) -> String {
    format!("\u{1e}EOSIN {content}\n")
}

fn blocks(bundle: &Bundle) -> String {
    bundle
        .data()
        .iter()
        .filter_map(|(mime_type, content)| Some((mime_type, content.as_str()?)))
        .map(|(mime_type, content)| {
            format!("EVCXR_BEGIN_CONTENT {mime_type}\n{content}\nEVCXR_END_CONTENT\n")
        })
        .collect()
}

/// A bundle as a separate display, in the format of a listener.
pub(crate) fn display_text(
    listener: Listener,
    bundle: &Bundle,
    kind: &str,
    id: Option<&str>,
) -> String {
    match listener {
        Listener::Kernel => {
            let mut content =
                json!({ "type": kind, "data": bundle.data(), "metadata": bundle.metadata() });
            if let Some(id) = id {
                content["id"] = id.into();
            }
            record(&content)
        }
        Listener::Evcxr => blocks(bundle),
        Listener::Nobody => format!("{}\n", bundle.plain()),
    }
}

/// Shows a value now, at this place in the cell's output.
///
/// ```
/// use eosin::display::{Bundle, display};
/// display(&Bundle::text("hello"))?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the value cannot be drawn.
pub fn display(value: &dyn Show) -> Result<()> {
    display_bundle(&value.bundle()?);
    Ok(())
}

/// Shows a bundle.
pub fn display_bundle(bundle: &Bundle) {
    write(&display_text(listener(), bundle, "display", None));
}

/// Shows the value of a cell's last expression, or the reason why it cannot be drawn.
pub fn show_result(value: &dyn Show) {
    let bundle = value
        .bundle()
        .unwrap_or_else(|error| Bundle::text(error.to_string()));
    write(&display_text(listener(), &bundle, "result", None));
}

/// Clears what the cell has shown so far; with `wait`, only when the next output comes, so that nothing flickers.
///
/// Only the `eosin` kernel supports this; elsewhere nothing happens.
pub fn clear_output(wait: bool) {
    if listener() == Listener::Kernel {
        write(&record(&json!({ "type": "clear", "wait": wait })));
    }
}

/// Tells the kernel that from now on the running code checks for interrupts itself (or no longer does), so that the kernel gives
/// it time to stop.
pub fn interruptible(on: bool) {
    if listener() == Listener::Kernel {
        write(&record(&json!({ "type": "interruptible", "on": on })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listener_gets_its_own_format() {
        let bundle = Bundle::text("a\nb").with_png(&[1, 2, 3], 10, 20);
        let kernel = display_text(Listener::Kernel, &bundle, "update", Some("x"));
        let content: Value =
            serde_json::from_str(kernel.strip_prefix("\u{1e}EOSIN ").unwrap()).unwrap();
        assert_eq!(content["type"], "update");
        assert_eq!(content["id"], "x");
        assert_eq!(content["data"]["text/plain"], "a\nb");
        assert_eq!(content["metadata"]["image/png"]["height"], 20);
        assert_eq!(kernel.matches('\n').count(), 1);

        let evcxr = display_text(Listener::Evcxr, &bundle, "display", None);
        assert!(evcxr.contains("EVCXR_BEGIN_CONTENT text/plain\na\nb\nEVCXR_END_CONTENT\n"));
        assert!(evcxr.contains("EVCXR_BEGIN_CONTENT image/png\nAQID\nEVCXR_END_CONTENT\n"));

        assert_eq!(
            display_text(Listener::Nobody, &bundle, "display", None),
            "a\nb\n"
        );
    }
}
