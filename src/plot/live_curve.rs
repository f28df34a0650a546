//! The loss curve that moves while a model trains.

use super::loss_curves::{draw_history, summary};
use crate::Result;
use crate::display::{Bundle, LiveDisplay, Show};
use crate::train::{Batch, Callback, Control, Epoch, History, Plan};
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
    plan: Option<Plan>,
}

impl LiveCurve {
    pub fn new() -> Self {
        Self::default()
    }
}

fn bundle(history: &History, plan: &Plan, epochs: usize, title: &str) -> Bundle {
    let figure =
        draw_history(history, epochs, Some(plan.batches), title).and_then(|figure| figure.bundle());
    // A run is not given up because its picture cannot be drawn.
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
    fn on_train_begin(&mut self, plan: &Plan) -> Result<()> {
        self.live = Some(LiveDisplay::new());
        self.plan = Some(plan.clone());
        Ok(())
    }

    fn on_batch_end(&mut self, plan: &Plan, history: &History, batch: &Batch) -> Result<Control> {
        if let Some(live) = &mut self.live {
            live.update_with(|| {
                let done = (batch.epoch - 1) * plan.batches + batch.batch;
                let percent = 100 * done / (plan.epochs * plan.batches).max(1);
                let title = format!(
                    "epoch {}/{}, {percent} %, loss {:.4}, {} left",
                    batch.epoch,
                    plan.epochs,
                    batch.mean_loss,
                    clock(batch.remaining)
                );
                bundle(history, plan, plan.epochs, &title)
            });
        }
        Ok(Control::Continue)
    }

    fn on_epoch_end(&mut self, plan: &Plan, history: &History, _: &Epoch) -> Result<Control> {
        if let Some(live) = &mut self.live {
            live.update_with(|| bundle(history, plan, plan.epochs, &summary(history)));
        }
        Ok(Control::Continue)
    }

    fn on_train_end(&mut self, history: &History) -> Result<()> {
        if let (Some(live), Some(plan)) = (self.live.take(), &self.plan) {
            let end = if history.interrupted {
                "interrupted; "
            } else {
                ""
            };
            let epochs = history
                .batch_losses
                .len()
                .div_ceil(plan.batches.max(1))
                .max(1);
            live.finish(bundle(
                history,
                plan,
                epochs,
                &format!("{end}{}", summary(history)),
            ));
        }
        Ok(())
    }
}
