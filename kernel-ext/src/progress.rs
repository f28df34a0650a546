//! Showing the progress of what takes long.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// One long step: a moving line on a terminal, two lines elsewhere.
pub struct Progress {
    bar: ProgressBar,
    what: String,
}

impl Progress {
    /// A step whose length nobody knows.
    pub fn start(what: &str) -> Self {
        Self::with(
            ProgressBar::no_length(),
            "  {spinner} {elapsed}  {pos} done  {msg}",
            what,
        )
    }

    /// A step of `total` parts.
    pub fn of(what: &str, total: usize) -> Self {
        let bar = ProgressBar::new(total as u64);
        Self::with(bar, "  {bar:24} {elapsed}  {pos} of {len}  {msg}", what)
    }

    fn with(bar: ProgressBar, template: &str, what: &str) -> Self {
        println!("{what} ...");
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template(template);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.set_draw_target(target);
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress {
            bar,
            what: what.split(" (").next().unwrap_or(what).to_owned(),
        }
    }

    pub fn step(&self, name: &str) {
        self.bar.inc(1);
        self.bar.set_message(name.to_owned());
    }

    pub fn done(self) {
        let seconds = self.bar.elapsed().as_secs_f64();
        self.bar.finish_and_clear();
        println!("{}: done in {seconds:.0} s.", self.what);
    }
}
