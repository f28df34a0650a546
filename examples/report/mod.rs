//! What the examples share: plain arguments, and a line for each epoch.

use eosin::Result;
use eosin::train::{Callback, Run};
use std::str::FromStr;

/// The number behind `name` on the command line (`epochs=20`), or `default`.
pub fn number<T: FromStr>(name: &str, default: T) -> T {
    let given = std::env::args().find_map(|argument| {
        let (key, value) = argument.split_once('=')?;
        (key == name).then(|| value.to_owned())
    });
    match given {
        Some(text) => text.parse().unwrap_or_else(|_| {
            eprintln!("{name}={text}: {name} must be a number, for example {name}=10");
            std::process::exit(2)
        }),
        None => default,
    }
}

/// Prints a line for each epoch.
pub struct EachEpoch;

impl Callback for EachEpoch {
    fn on_epoch_end(&mut self, run: &mut Run) -> Result<()> {
        let Some(epoch) = run.last_epoch() else {
            return Ok(());
        };
        print!(
            "epoch {:2} of {}: loss {:.4}",
            epoch.epoch, run.plan.epochs, epoch.train_loss
        );
        if let Some(loss) = epoch.valid_loss {
            print!(", validation loss {loss:.4}");
        }
        for (name, value) in &epoch.metrics {
            print!(", {name} {value:.4}");
        }
        println!(", {:.1} s", epoch.seconds);
        Ok(())
    }
}
