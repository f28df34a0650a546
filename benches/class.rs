//! A class: many kernels at once on one machine. `cargo bench --bench class` (`-- 10` for another number than 30).

#[path = "../tests/workshop/mod.rs"]
mod workshop;

use std::time::{Duration, Instant};
use workshop::{Kernel, process};

const CELLS: [(&str, &str); 3] = [
    ("use eosin::prelude::*;", ""),
    ("let x = Tensor::arange(0f32, 4., &Device::Cpu)?;", ""),
    ("x.sqr()?.sum_all()?.to_scalar::<f32>()?", "14.0"),
];

fn main() {
    // `cargo test --benches` only wants to know that it compiles.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let seats = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(30);
    workshop::workshop();
    let begun = Instant::now();
    let learners: Vec<_> = (0..seats)
        .map(|_| {
            std::thread::spawn(move || {
                let mut kernel = Kernel::start();
                for (code, wanted) in CELLS {
                    let sent = kernel.send(code);
                    let cell = kernel.finish(&sent, Duration::from_secs(600)).ok();
                    assert_eq!(cell.result(), wanted);
                }
                (kernel, begun.elapsed().as_secs_f64())
            })
        })
        .collect();
    let (kernels, mut times): (Vec<Kernel>, Vec<f64>) = learners
        .into_iter()
        .map(|learner| learner.join().expect("every cell is right"))
        .unzip();
    times.sort_by(f64::total_cmp);
    let used: f64 = kernels
        .iter()
        .map(|kernel| process::memory(kernel.process.id()))
        .sum();
    println!(
        "{seats} kernels, three cells each, all right: first {:.1} s, median {:.1} s, last {:.1} s; {used:.0} MB in all",
        times[0],
        times[seats / 2],
        times[seats - 1]
    );
    let ended = kernels
        .into_iter()
        .map(Kernel::shut_down)
        .filter(|well| *well)
        .count();
    println!("{ended} ended well");
}
