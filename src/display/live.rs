//! A display that changes while a cell runs.

use super::bundle::{Bundle, Show};
use super::sink::{Listener, display_text, listener, write};
use crate::Result;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A front end needs time to draw, and a notebook stores every update that it gets.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// The last state of each display, by its id, if it came too early to be shown. They are stored here and not in the display, so
/// that they are shown at the end of a cell even if the display lives on as a variable.
static WAITING: Mutex<BTreeMap<String, Bundle>> = Mutex::new(BTreeMap::new());

fn waiting() -> MutexGuard<'static, BTreeMap<String, Bundle>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows the states that still wait. A notebook only updates displays that were shown before.
pub(super) fn show_waiting() {
    for (id, bundle) in std::mem::take(&mut *waiting()) {
        write(&display_text(listener(), &bundle, "update", Some(&id)));
    }
}

/// One place in the output that shows the latest of many states: at most 10 updates a second, and always the last state.
///
/// Stock `evcxr_jupyter` and a terminal show only the last state.
///
/// ```
/// use eosin::display::{Bundle, LiveDisplay};
/// let mut counter = LiveDisplay::new();
/// for step in 0..1000 {
///     counter.update(&Bundle::text(format!("step {step}")))?;
/// }
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// For states that are slow to draw use [`LiveDisplay::update_with`], which draws only those that will be shown.
pub struct LiveDisplay {
    id: String,
    listener: Listener,
    shown: bool,
    last: Option<Instant>,
    interval: Duration,
}

impl LiveDisplay {
    /// A display that shows nothing until its first update.
    pub fn new() -> Self {
        Self::for_listener(listener())
    }

    fn for_listener(listener: Listener) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id = format!("eosin-{}-{count}", std::process::id());
        LiveDisplay {
            id,
            listener,
            shown: false,
            last: None,
            interval: SHORTEST_INTERVAL,
        }
    }

    /// Whether an update would be shown now; if not, you need not compute it.
    pub fn is_due(&self) -> bool {
        self.is_due_at(Instant::now())
    }

    fn is_due_at(&self, now: Instant) -> bool {
        self.listener == Listener::Kernel
            && self
                .last
                .is_none_or(|last| now.duration_since(last) >= self.interval)
    }

    /// Shows a value: now if an update is due, or else at the end of the display or the cell, unless another update follows.
    ///
    /// # Errors
    /// When the value cannot be drawn.
    pub fn update(&mut self, value: &dyn Show) -> Result<()> {
        let bundle = value.bundle()?;
        if self.is_due() {
            write(&self.update_text(&bundle, Instant::now()));
        } else {
            waiting().insert(self.id.clone(), bundle);
        }
        Ok(())
    }

    /// Shows what `draw` returns, if an update is due. Drawing takes at most a tenth of the time: states that are slow to draw
    /// are drawn less often.
    pub fn update_with(&mut self, draw: impl FnOnce() -> Bundle) {
        if self.is_due() {
            let begun = Instant::now();
            let bundle = draw();
            self.interval = SHORTEST_INTERVAL.max(begun.elapsed() * 10);
            write(&self.update_text(&bundle, begun));
        }
    }

    /// Shows the last state.
    pub fn finish(mut self, bundle: Bundle) {
        write(&self.update_text(&bundle, Instant::now()));
    }

    fn update_text(&mut self, bundle: &Bundle, now: Instant) -> String {
        let kind = if self.shown { "update" } else { "display" };
        self.shown = true;
        waiting().remove(&self.id);
        self.last = Some(now);
        display_text(self.listener, bundle, kind, Some(&self.id))
    }
}

/// Shows the last state, whatever ends the display, even an error.
impl Drop for LiveDisplay {
    fn drop(&mut self) {
        let last = waiting().remove(&self.id);
        if let Some(bundle) = last {
            write(&self.update_text(&bundle, Instant::now()));
        }
    }
}

impl Default for LiveDisplay {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_come_at_most_ten_times_a_second_under_one_id() {
        let start = Instant::now();
        let mut live = LiveDisplay::for_listener(Listener::Kernel);
        let mut shown = Vec::new();
        for millisecond in 0..1000 {
            let now = start + Duration::from_millis(millisecond);
            if live.is_due_at(now) {
                shown.push(live.update_text(&Bundle::text("x"), now));
            }
        }
        assert_eq!(shown.len(), 10);
        assert!(
            shown[0].contains("\"type\":\"display\"") && shown[1].contains("\"type\":\"update\"")
        );
        assert!(shown.iter().all(|words| words.contains(&live.id)));
    }

    #[test]
    fn stock_evcxr_gets_only_the_last_state() {
        let mut live = LiveDisplay::for_listener(Listener::Evcxr);
        live.update(&Bundle::text("one")).unwrap();
        live.update(&Bundle::text("two")).unwrap();
        assert_eq!(waiting().remove(&live.id).unwrap().plain(), "two");
    }
}
