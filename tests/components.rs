//! Displays to play with, in a real browser: on a page without a kernel, and in JupyterLab, in a notebook that nobody trusts.

mod workshop;

use eosin::morph::LabelMap;
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

/// One page each for the functions in `components_page.py` that say what is in them.
fn pictures_to_play_with() -> [String; 5] {
    let image = |channels: usize, height: usize, width: usize| {
        let count = channels * height * width;
        let pixels: Vec<f32> = (0..count).map(|at| at as f32 / count as f32).collect();
        Tensor::from_vec(pixels, (channels, height, width), &Device::Cpu).unwrap()
    };
    let uncovered = Tensor::new(0.8f32, &Device::Cpu).unwrap();
    let covered = [[0.8f32, 0.7, 0.6], [0.5, 0.4, 0.3], [0.85, 0.9, 0.75]];
    let covered = Tensor::new(&covered, &Device::Cpu).unwrap();
    let occlusion = visual::occlusion(&image(1, 12, 12), &uncovered, &covered, 4, 4).unwrap();

    let growing: Vec<f32> = (0..48u8).map(|at| f32::from(at) / 47.0).collect();
    let growing = Tensor::from_vec(growing, (6, 8), &Device::Cpu).unwrap();
    let sliding = visual::sliding_patch(&image(3, 6, 8), &growing, 3).unwrap();

    let pyramid =
        |row: i32, column: i32, top: i32| (4 - (row - 3).abs().max((column - top).abs())).max(0);
    let places = || (0..7).flat_map(|row| (0..16).map(move |column| (row, column)));
    let heights =
        places().map(|(row, column)| pyramid(row, column, 4).max(pyramid(row, column, 11)) as f32);
    let distance = Tensor::from_vec(heights.collect(), (7, 16), &Device::Cpu).unwrap();
    let halves = places().map(|(row, column)| {
        u32::from(pyramid(row, column, 4) > 0) + 2 * u32::from(pyramid(row, column, 11) > 0)
    });
    let halves = LabelMap::new(7, 16, halves.collect()).unwrap();
    let water = visual::rising_water(&distance, &distance.gt(0f32).unwrap()).unwrap();

    let predicted = LabelMap::new(1, 9, vec![7, 7, 7, 7, 0, 8, 0, 9, 0]).unwrap();
    let target = LabelMap::new(1, 9, vec![0, 1, 1, 1, 1, 2, 2, 0, 3]).unwrap();
    let scores = visual::instance_scores(&image(1, 1, 9), &predicted, &target).unwrap();

    let mut labels = vec![0; 24];
    for (object, pixels) in [(3, &[0, 1, 6, 7][..]), (7, &[21, 22, 23][..])] {
        pixels
            .iter()
            .for_each(|&pixel: &usize| labels[pixel] = object);
    }
    let labels = LabelMap::new(4, 6, labels).unwrap();
    let explorer = visual::label_explorer(&image(3, 4, 6), &labels).unwrap();
    [
        html(&occlusion.class("a disc")),
        html(&sliding.seconds(4.8, 0.1)),
        html(&water.truth(&halves).unwrap()),
        html(&scores),
        html(&explorer),
    ]
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
    pages.extend(pictures_to_play_with());
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
