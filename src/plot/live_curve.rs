//! The loss curve that moves while a model trains.

use super::loss_curves::{draw_history, summary};
use crate::Result;
use crate::display::{Bundle, LiveDisplay, Show};
use crate::train::{Callback, Plan, Run};
use std::time::Duration;

/// Draws the run so far, in place: losses of single batches faintly, means of epochs strongly; the title tells how far
/// the run is and how long it will take.
///
/// ```no_run
/// # use eosin::{nn::UNet, ops, plot::LiveCurve, train::Trainer};
/// # let model = UNet::new(1, &candle_core::Device::Cpu)?;
/// let trainer = Trainer::new(&model, ops::bce_dice_loss).callback(LiveCurve::new());
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Default)]
pub struct LiveCurve {
    live: Option<LiveDisplay>,
}

impl LiveCurve {
    pub fn new() -> Self {
        Self::default()
    }
}

fn bundle(run: &Run, epochs: usize, title: &str) -> Bundle {
    let figure = draw_history(&run.history, epochs, Some(run.plan.batches), title);
    let figure = figure.and_then(|figure| figure.bundle());
    // A run goes on even when its picture cannot be drawn.
    figure.unwrap_or_else(|error| Bundle::text(format!("{title} ({error})")))
}

fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes if minutes < 60 => format!("{minutes} min {:02} s", seconds % 60),
        minutes => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

impl Callback for LiveCurve {
    fn on_train_begin(&mut self, _: &mut Run) -> Result<()> {
        self.live = Some(LiveDisplay::new());
        Ok(())
    }

    fn on_batch_end(&mut self, run: &mut Run) -> Result<()> {
        if let Some(live) = &mut self.live {
            live.update_with(|| {
                let Plan {
                    epochs, batches, ..
                } = run.plan;
                let percent = 100 * run.history.batch_losses.len() / (epochs * batches).max(1);
                let title = format!(
                    "epoch {}/{epochs}, {percent} %, loss {:.4}, {} left",
                    run.epoch,
                    run.mean_loss,
                    clock(run.remaining)
                );
                bundle(run, epochs, &title)
            });
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        if let Some(live) = &mut self.live {
            live.update_with(|| bundle(run, run.plan.epochs, &summary(&run.history)));
        }
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run) -> Result<()> {
        if let Some(live) = self.live.take() {
            let (losses, batches) = (&run.history.batch_losses, run.plan.batches.max(1));
            let begun = losses.len().div_ceil(batches).max(1);
            let summary = summary(&run.history);
            let title = match run.history.interrupted {
                true => format!("interrupted; {summary}"),
                false => summary,
            };
            live.finish(bundle(run, begun, &title));
        }
        Ok(())
    }
}
