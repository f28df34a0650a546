//! Displays to play with, in a real browser: on a page without a kernel, and in JupyterLab, in a notebook that nobody trusts.

mod workshop;

use eosin::ops::{ConvOptions, ConvTransposeOptions, conv_transpose2d, conv2d};
use eosin::prelude::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use workshop::browser::{Lab, play_in_browser};

const CASES: usize = 40;

/// An explorer's HTML, and what `ops` compute for it.
fn random_case(runner: &mut TestRunner) -> (String, Value) {
    let strategy = (
        (1usize..3, 2usize..8, 2usize..8, 1usize..4, 1usize..4),
        (
            1usize..4,
            0usize..3,
            1usize..3,
            any::<bool>(),
            any::<bool>(),
        ),
    );
    let ((channels, height, width, rows, columns), options) =
        strategy.new_tree(runner).unwrap().current();
    let (stride, padding, dilation, is_transposed, replicates) = options;
    let random = |shape: (usize, usize, usize)| Tensor::randn(0f32, 1., shape, &Device::Cpu);
    let image = random((channels, height, width)).unwrap();
    let kernel = random((channels, rows, columns)).unwrap();
    let mode = match replicates {
        true => ops::PaddingMode::Replicate,
        false => ops::PaddingMode::Zeros,
    };
    let explorer = visual::convolution(&image, &kernel)
        .unwrap()
        .stride(stride)
        .padding(padding)
        .padding_mode(mode)
        .dilation(dilation);
    let batch = image.unsqueeze(0).unwrap();
    let (explorer, output) = if is_transposed {
        let options = ConvTransposeOptions::new()
            .stride(stride)
            .padding(padding)
            .dilation(dilation);
        let weight = kernel.unsqueeze(1).unwrap();
        let output = conv_transpose2d(&batch, &weight, None, &options);
        (explorer.transposed(), output)
    } else {
        let options = ConvOptions::new()
            .stride(stride)
            .padding(padding)
            .padding_mode(mode)
            .dilation(dilation);
        let weight = kernel.unsqueeze(0).unwrap();
        (explorer, conv2d(&batch, &weight, None, &options))
    };
    // A kernel that fits nowhere has no output: the explorer must say so.
    let expected = match output {
        Ok(output) => json!(output.flatten_all().unwrap().to_vec1::<f32>().unwrap()),
        Err(_) => Value::Null,
    };
    (html(&explorer), expected)
}

fn html(value: &dyn Show) -> String {
    let bundle = value.bundle().unwrap();
    bundle.data()["text/html"].as_str().unwrap().to_owned()
}

#[test]
fn explorers_on_a_page_compute_what_the_operations_do_and_react() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("components");
    fs::create_dir_all(&folder).unwrap();
    let mut runner = TestRunner::deterministic();
    let (mut pages, expected): (Vec<String>, Vec<Value>) =
        (0..CASES).map(|_| random_case(&mut runner)).unzip();
    let found = expected.iter().filter(|case| !case.is_null()).count();
    assert!(found > CASES / 2 && found < CASES, "{found}");
    let image = Tensor::arange(0f32, 25., &Device::Cpu)
        .unwrap()
        .reshape((5, 5))
        .unwrap();
    let kernel = Tensor::ones((3, 3), DType::F32, &Device::Cpu).unwrap();
    pages.push(html(&visual::convolution(&image, &kernel).unwrap()));
    pages.push(html(&digit_pad()));
    let scores = Tensor::new(&[0.9f32, 0.8, 0.7, 0.6, 0.55, 0.4], &Device::Cpu).unwrap();
    let classes = Tensor::new(&[1u32, 1, 0, 1, 0, 0], &Device::Cpu).unwrap();
    let dragged = visual::threshold(&scores, &classes).unwrap();
    pages.push(html(&dragged.named("ill", "well")));
    let page = format!("<!DOCTYPE html><meta charset=\"utf-8\">{}", pages.concat());
    fs::write(folder.join("page.html"), page).unwrap();
    fs::write(folder.join("expected.json"), json!(expected).to_string()).unwrap();
    let address = format!("file://{}", folder.join("page.html").display());
    play_in_browser("components_page.py", &address, &folder);
}

#[test]
fn an_untrusted_notebook_shows_explorers_and_a_drawing_reaches_the_kernel() {
    let lab = Lab::open("components_lab");
    let image = Tensor::arange(0f32, 25., &Device::Cpu)
        .unwrap()
        .reshape((5, 5))
        .unwrap();
    let kernel = Tensor::ones((3, 3), DType::F32, &Device::Cpu).unwrap();
    let explorer = visual::convolution(&image, &kernel).unwrap();
    let cell = |id: &str, source: &str, shown: Option<&dyn Show>| {
        let output = |shown: &dyn Show| json!({ "output_type": "display_data", "metadata": {}, "data": shown.bundle().unwrap().data() });
        let outputs: Vec<Value> = shown.map(output).into_iter().collect();
        json!({
            "cell_type": "code", "id": id, "metadata": {}, "source": source, "execution_count": null, "outputs": outputs,
        })
    };
    // Stored by somebody else: JupyterLab has not seen these cells run.
    let notebook = json!({
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": { "kernelspec": { "display_name": "Rust (Eosin)", "name": "eosin", "language": "rust" } },
        "cells": [
            cell("first", "use eosin::prelude::*;", None),
            cell("explorer", "visual::convolution(&image, &kernel)?", Some(&explorer)),
            cell("pad", "digit_pad()", Some(&digit_pad())),
            cell("below", "drawn_digit()?.dims().to_vec()", None),
        ],
    });
    fs::write(lab.notebook("stored.ipynb"), notebook.to_string()).unwrap();
    lab.play(
        "components_lab.py",
        "stored.ipynb",
        &["explorer_light", "explorer_dark", "pad"],
    );
}
