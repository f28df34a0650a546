//! A long session: 1,000 cells in one kernel. `cargo bench --bench soak` (`-- 200` for another number).

#[path = "../tests/workshop/mod.rs"]
mod workshop;

use std::path::Path;
use workshop::{Kernel, process};

/// `{n}` is the number of the cell.
const CELLS: [&str; 6] = [
    "let x = Tensor::randn(0f32, 1.0, ({n} % 50 + 1, 3), &Device::Cpu)?;",
    "println!(\"{:?}\", x.shape());",
    "x.dims().to_vec()",
    "fn plus(y: u32) -> u32 { y + {n} }",
    "let y: i32 = \"{n}\";",
    "(0..{n}u64).map(|i| i * i).sum::<u64>()",
];

fn main() {
    // `cargo test --benches` only wants to know that it compiles.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let count: usize = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(1000);
    let mut kernel = Kernel::start();
    kernel.run("use eosin::prelude::*;").ok();
    let id = kernel.process.id();
    let scratch = process::variable(id, "EVCXR_TMPDIR");
    println!("| cells | median seconds of the last tenth | memory, MB | temporary files, MB |");
    println!("| ---: | ---: | ---: | ---: |");
    let mut times = Vec::new();
    for n in 0..count {
        times.push(
            kernel
                .run(&CELLS[n % CELLS.len()].replace("{n}", &n.to_string()))
                .time
                .as_secs_f64(),
        );
        if (n + 1) % (count / 10).max(1) == 0 {
            times.sort_by(f64::total_cmp);
            println!(
                "| {} | {:.3} | {:.0} | {:.1} |",
                n + 1,
                times[times.len() / 2],
                process::memory(id),
                size(Path::new(&scratch)) as f64 / 1e6
            );
            times.clear();
        }
    }
}

/// Bytes of the files in a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
