//! Stopping in good order: an interrupt (the notebook's stop button, Ctrl-C) is seen by whoever looks for it.

use super::sink::interruptible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Once};

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Whether the learner has asked to stop since the cell began. A loop of your own can look, too:
///
/// ```
/// use eosin::display::interrupt;
/// let _guard = interrupt::Guard::new();
/// for step in 0..10 {
///     if interrupt::interrupted() {
///         break;
///     }
/// }
/// ```
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Forgets an interrupt.
pub fn clear() {
    INTERRUPTED.store(false, Ordering::Relaxed);
}

/// While it lives, an interrupt sets the flag that [`interrupted`] reads instead of ending the process, and the kernel
/// knows that the code will stop by itself.
pub struct Guard(());

impl Guard {
    pub fn new() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // Without the handler an interrupt ends the process, as it would have anyway.
            let _ =
                signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&INTERRUPTED));
        });
        interruptible(true);
        Guard(())
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        interruptible(false);
    }
}
