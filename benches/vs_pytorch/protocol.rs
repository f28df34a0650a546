//! What a peer says. First the number of its parameters and its loss before any step, without dropout; then, for each line
//! that it reads, it makes a step and answers with the seconds that it took and the most megabytes that the process had.

use std::time::Instant;

/// Each turn of a loop over this is a step, on the clock.
pub fn steps(parameters: usize, loss: f32) -> impl Iterator<Item = ()> {
    println!("{parameters} {loss}");
    let mut lines = std::io::stdin().lines();
    let mut begun: Option<Instant> = None;
    std::iter::from_fn(move || {
        if let Some(begun) = begun {
            println!("{} {}", begun.elapsed().as_secs_f64(), peak_memory());
        }
        lines.next()?.ok()?;
        begun = Some(Instant::now());
        Some(())
    })
}

/// The most megabytes that this process had.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1e3
}
