//! How quick a kernel is, and how large: `cargo bench --bench kernel`.
//!
//! With `EVCXR_JUPYTER` set to the program of stock evcxr_jupyter, the same is measured there; that takes some minutes more.
//! With `PYTHON_WITH_TORCH` set to an interpreter that has ipykernel and torch, the same in Python.

#[path = "../tests/workshop/mod.rs"]
mod workshop;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use workshop::{Kernel, process};

const STARTS: usize = 10;
const ROUNDS: usize = 10;
/// The same cells in one language: what lessons are made of.
struct Cells {
    first: String,
    first_tensor: &'static str,
    steady: [(&'static str, &'static str); 8],
    error: &'static str,
    completed: &'static str,
}

fn rust(before: &str) -> Cells {
    Cells {
        first: format!("{before}use eosin::prelude::*;"),
        first_tensor: "let x = Tensor::randn(0f32, 1.0, (2, 3), &Device::Cpu)?;",
        steady: [
            ("let with ?", "let y = (&x * 2.0)?;"),
            ("println!", "println!(\"{:?}\", y.shape());"),
            ("expression", "y.dims().to_vec()"),
            ("tensor shown", "y"),
            ("function", "fn square(x: f32) -> f32 { x * x }"),
            (
                "struct with impl",
                "struct Point { x: i32 }\nimpl Point { fn twice(&self) -> i32 { self.x * 2 } }",
            ),
            (
                "loop",
                "let mut sum = 0i32;\nfor i in 0..100 { sum += i * i; }\nsum",
            ),
            (
                "plot",
                "image_grid(&Tensor::rand(0f32, 1.0, (4, 1, 28, 28), &Device::Cpu)?, 4)?",
            ),
        ],
        error: "let wrong: i32 = \"text\";",
        completed: "x.mat",
    }
}

fn python() -> Cells {
    Cells {
        first: "import torch, matplotlib.pyplot as plt".to_owned(),
        first_tensor: "x = torch.randn(2, 3)",
        steady: [
            ("let with ?", "y = x * 2"),
            ("println!", "print(y.shape)"),
            ("expression", "list(y.shape)"),
            ("tensor shown", "y"),
            ("function", "def square(x): return x * x"),
            (
                "struct with impl",
                "class Point:\n    def __init__(self, x): self.x = x\n    def twice(self): return self.x * 2",
            ),
            (
                "loop",
                "total = 0\nfor i in range(100): total += i * i\ntotal",
            ),
            (
                "plot",
                "for i, image in enumerate(torch.rand(4, 28, 28)): plt.subplot(1, 4, i + 1).imshow(image)\nplt.show()",
            ),
        ],
        error: "undefined + 1",
        completed: "x.mat",
    }
}

/// What was measured of one kernel, in seconds and megabytes.
struct Measured {
    first_tensor: Vec<f64>,
    cells: Vec<(&'static str, Vec<f64>)>,
    error: Vec<f64>,
    completion: Vec<f64>,
    memory: f64,
}

fn main() {
    // `cargo test --benches` only wants to know that it compiles.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut columns = vec![("eosin", measure(Kernel::start, &rust(""), STARTS))];
    if let Some(interpreter) = std::env::var_os("PYTHON_WITH_TORCH") {
        let start = || {
            Kernel::start_program(|connection| {
                let mut command = Command::new(&interpreter);
                command.args(["-m", "ipykernel_launcher", "-f"]);
                command.arg(connection);
                command
            })
        };
        columns.push(("ipykernel, torch", measure(start, &python(), STARTS)));
    }
    if let Some(stock) = std::env::var_os("EVCXR_JUPYTER").map(PathBuf::from) {
        let start = || {
            Kernel::start_program(|connection| {
                let mut command = Command::new(&stock);
                command.arg("--control_file").arg(connection);
                // cargo's own, where another library of eosin's name lies.
                command.env_remove("LD_LIBRARY_PATH");
                command
            })
        };
        let before = format!(
            ":build_env RUSTFLAGS=-Cprefer-dynamic -Crpath\n:dep eosin = {{ path = {:?} }}\n",
            env!("CARGO_MANIFEST_DIR")
        );
        columns.push(("evcxr_jupyter", measure(start, &rust(&before), 1)));
    }
    print(&columns);
}

fn measure(start: impl Fn() -> Kernel, cells: &Cells, starts: usize) -> Measured {
    let mut first_tensor = Vec::new();
    let mut last = None;
    for _ in 0..starts {
        drop(last.take());
        let begun = Instant::now();
        let mut kernel = start();
        // As Run All does it: the second cell waits in the queue.
        let waiting = [kernel.send(&cells.first), kernel.send(cells.first_tensor)];
        for sent in waiting {
            kernel.finish(&sent, Duration::from_secs(1800)).ok();
        }
        first_tensor.push(begun.elapsed().as_secs_f64());
        last = Some(kernel);
    }
    let mut kernel = last.expect("at least one start");
    let mut steady: Vec<_> = cells.steady.map(|(name, _)| (name, Vec::new())).into();
    let (mut error, mut completion) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for ((_, code), (_, times)) in cells.steady.iter().zip(&mut steady) {
            times.push(kernel.run(code).ok().time.as_secs_f64());
        }
        error.push(kernel.run(cells.error).time.as_secs_f64());
        let begun = Instant::now();
        kernel.complete(cells.completed);
        completion.push(begun.elapsed().as_secs_f64());
    }
    Measured {
        first_tensor,
        cells: steady,
        error,
        completion,
        memory: process::memory(kernel.process.id()),
    }
}

/// The value below which this share of the times lies.
fn quantile(times: &[f64], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn print(columns: &[(&str, Measured)]) {
    let row = |name: &str, value: &dyn Fn(&Measured) -> String| {
        let values: Vec<String> = columns
            .iter()
            .map(|(_, measured)| value(measured))
            .collect();
        println!("| {name} | {} |", values.join(" | "));
    };
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    println!("| median seconds | {} |", names.join(" | "));
    println!("| --- |{}", " ---: |".repeat(names.len()));
    let median = |times: &[f64]| format!("{:.3}", quantile(times, 0.5));
    row("start to first tensor", &|measured| {
        median(&measured.first_tensor)
    });
    for (index, (name, _)) in rust("").steady.iter().enumerate() {
        row(name, &|measured| median(&measured.cells[index].1));
    }
    let all = |measured: &Measured| -> Vec<f64> {
        measured
            .cells
            .iter()
            .flat_map(|(_, times)| times.clone())
            .collect()
    };
    row("all these cells", &|measured| median(&all(measured)));
    row("95th percentile of them", &|measured| {
        format!("{:.3}", quantile(&all(measured), 0.95))
    });
    row("compile error", &|measured| median(&measured.error));
    row("completion", &|measured| median(&measured.completion));
    row("memory, MB", &|measured| format!("{:.0}", measured.memory));
}
