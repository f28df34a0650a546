//! The kernel, through its sockets, with the crate that learners get.

mod workshop;

use jupyter_protocol::{HistoryEntry, HistoryRequest, ReplyStatus};
use std::time::{Duration, Instant};
use workshop::{Kernel, Output, has_png, plain};

/// One kernel for all that does not end it: starting one takes seconds.
fn prepared() -> Kernel {
    let mut kernel = Kernel::start();
    kernel.run("use eosin::prelude::*;").ok();
    kernel
}

#[test]
fn gradients_are_right_across_cells() {
    let mut kernel = prepared();
    // d/dw of sum((x * w)^2) is 2 * w * x^2. With tensor ids that repeat in each cell, autograd mixes them up.
    kernel
        .run("let w = Var::new(&[2f32, 3.], &Device::Cpu)?;")
        .ok();
    kernel
        .run("let x = Tensor::new(&[1f32, -4.], &Device::Cpu)?;")
        .ok();
    kernel.run("let product = (&x * w.as_tensor())?;").ok();
    kernel.run("let loss = product.sqr()?.sum_all()?;").ok();
    kernel.run("let gradients = loss.backward()?;").ok();
    let cell = kernel
        .run("gradients.get(&w).unwrap().to_vec1::<f32>()?")
        .ok();
    assert_eq!(cell.result(), "[4.0, 96.0]");
    let ids = kernel
        .run("[format!(\"{:?}\", w.id()), format!(\"{:?}\", x.id()), format!(\"{:?}\", loss.id())]")
        .ok();
    let ids = ids.result();
    let parts: std::collections::HashSet<&str> = ids.trim_matches(['[', ']']).split(", ").collect();
    assert_eq!(parts.len(), 3, "{ids}");
}

#[test]
fn every_tensor_method_has_the_right_gradient() {
    let mut kernel = prepared();
    kernel
        .run("let x = Var::new(&[[[[1f32, 5.], [2., 3.]]]], &Device::Cpu)?;")
        .ok();
    // candle's own: 0.25 for the largest of four, and 4 instead of 5 for a pixel that is used once besides.
    let pooled = kernel.run(
        "x.max_pool2d(2)?.sum_all()?.backward()?.get(&x).unwrap().flatten_all()?.to_vec1::<f32>()?",
    );
    assert_eq!(pooled.ok().result(), "[0.0, 1.0, 0.0, 0.0]");
    let both = "(x.upsample_nearest2d(4, 4)?.sum_all()? + x.sum_all()?)?";
    let both = kernel.run(&format!(
        "{both}.backward()?.get(&x).unwrap().flatten_all()?.to_vec1::<f32>()?"
    ));
    assert_eq!(both.ok().result(), "[5.0, 5.0, 5.0, 5.0]");
}

#[test]
fn a_graph_of_200_000_operations_can_be_gone_through_and_dropped() {
    let mut kernel = prepared();
    kernel
        .run(
            "let w = Var::new(1f64, &Device::Cpu)?;\nlet mut total = w.as_tensor().clone();\n\
             for _ in 0..200_000 {\n    total = (&total + w.as_tensor())?;\n}",
        )
        .ok();
    let gradient = kernel.run("total.backward()?.get(&w).unwrap().to_scalar::<f64>()?");
    assert_eq!(gradient.ok().result(), "200001.0");
    kernel.run("drop(total);").ok();
    assert_eq!(kernel.run("w.to_scalar::<f64>()?").ok().result(), "1.0");
}

#[test]
fn a_cell_that_reads_stdin_goes_on_at_once_and_is_told_what_to_use() {
    let mut kernel = prepared();
    kernel.run("let kept = 7;").ok();
    let cell = kernel
        .run("let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;\nprintln!(\"{line:?}\");")
        .ok();
    assert_eq!(cell.stdout(), "\"\\n\"\n");
    assert!(cell.stderr().contains("`input("), "{}", cell.stderr());
    let cell = kernel.run("std::io::stdin().lines().count()").ok();
    assert_eq!(cell.result(), "1");
    let sent = kernel.send("input(\"rate (as 1:100, \\\"odds\\\"): \")");
    assert_eq!(kernel.answer("1:50"), "rate (as 1:100, \"odds\"): ");
    let cell = kernel.finish(&sent, Duration::from_secs(60)).ok();
    assert_eq!(
        (cell.result(), cell.stderr()),
        ("\"1:50\"".into(), "".into())
    );
    assert_eq!(kernel.run("kept").ok().result(), "7");
}

#[test]
fn many_printed_lines_are_few_messages_in_order_with_displays() {
    let mut kernel = prepared();
    let cell = kernel
        .run(
            "for line in 0..6000 {\n    println!(\"{line}\");\n    if line == 2999 {\n        \
             display(&number_grid(&[(\"x\", &Tensor::new(&[1f32], &Device::Cpu)?)])?);\n    }\n}",
        )
        .ok();
    let lines: String = (0..6000).map(|line| format!("{line}\n")).collect();
    assert_eq!(cell.stdout(), lines);
    let outputs: Vec<_> = cell.outputs.iter().map(|(_, output)| output).collect();
    assert!(outputs.len() < 100, "{} messages", outputs.len());
    let picture = outputs
        .iter()
        .position(|output| !matches!(output, Output::Stdout(_)))
        .unwrap();
    assert!(
        matches!(outputs[picture - 1], Output::Stdout(text) if text.ends_with("\n2999\n")),
        "the display has lost its place"
    );
}

#[test]
fn output_streams_in_order_while_the_cell_runs() {
    let mut kernel = prepared();
    let cell = kernel
        .run(
            "use std::time::Duration;\nprint!(\"10 %\\r\");\nstd::thread::sleep(Duration::from_millis(600));\n\
             print!(\"20 %\");\nstd::thread::sleep(Duration::from_millis(600));\neprintln!(\"warning\");\nprintln!(\" done\");",
        )
        .ok();
    assert_eq!(cell.stdout(), "10 %\r20 % done\n");
    assert_eq!(cell.stderr(), "warning\n");
    let time = |wanted: &str| {
        let found = cell
            .outputs
            .iter()
            .find(|(_, output)| matches!(output, Output::Stdout(text) if text.contains(wanted)));
        found.unwrap_or_else(|| panic!("{cell:?}")).0
    };
    assert!(
        time("20 %") - time("10 %") > Duration::from_millis(400),
        "{cell:?}"
    );
    assert!(
        time("done") - time("20 %") > Duration::from_millis(400),
        "{cell:?}"
    );
}

#[test]
fn displays_come_in_order_with_text_and_can_change() {
    let mut kernel = prepared();
    let cell = kernel
        .run(
            "use eosin::display::{Bundle, clear_output};\nprintln!(\"one\");\ndisplay(&Bundle::text(\"A\"))?;\nprint!(\"two\");\n\
             display(&Bundle::text(\"B\").with_html(\"<b>B</b>\"))?;\nlet mut live = LiveDisplay::new();\n\
             live.update_with(|| Bundle::text(\"C1\"));\nlive.finish(Bundle::text(\"C2\"));\nclear_output(true);\n\
             println!(\"three\");\nvec![1, 2]",
        )
        .ok();
    let mut ids = Vec::new();
    let seen: Vec<String> = cell
        .outputs
        .iter()
        .map(|(_, output)| match output {
            Output::Stdout(text) => text.clone(),
            Output::Display { data, id } => {
                ids.extend(id.clone());
                format!("display {}", plain(data).unwrap())
            }
            Output::Update { data, id } => {
                ids.push(id.clone());
                format!("update {}", plain(data).unwrap())
            }
            Output::Clear => "clear".to_owned(),
            Output::Result(data) => format!("result {}", plain(data).unwrap()),
            other => format!("{other:?}"),
        })
        .collect();
    let wanted = [
        "one\n",
        "display A",
        "two",
        "display B",
        "display C1",
        "update C2",
        "clear",
        "three\n",
        "result [1, 2]",
    ];
    assert_eq!(seen, wanted);
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    // A display that lives on as a variable has shown its last state when the cell ends.
    let cell = kernel.run(
        "let mut counter = LiveDisplay::new();\n\
         for step in 0..50 { counter.update(&Bundle::text(format!(\"step {step}\")))?; }",
    );
    let Some((_, Output::Update { data, .. })) = cell.ok().outputs.pop() else {
        panic!("no update at the end");
    };
    assert_eq!(plain(&data).as_deref(), Some("step 49"));
    let tensor = kernel.run("Tensor::arange(0f32, 3., &Device::Cpu)?").ok();
    assert_eq!(tensor.result(), "[0., 1., 2.]\nTensor[[3], f32]");
    let figure = kernel
        .run("image_grid(&Tensor::zeros((1, 1, 8, 8), DType::F32, &Device::Cpu)?, 1)?")
        .ok();
    assert!(
        figure
            .outputs
            .iter()
            .any(|(_, output)| matches!(output, Output::Result(data) if has_png(data)))
    );
    // A variable that the last expression moves cannot be kept; the picture is shown.
    let moved = kernel.run(
        "let tensor = Tensor::zeros((2, 1, 8, 8), DType::F32, &Device::Cpu)?;\n\
         image_grid(&Tensor::cat(&[tensor], 0)?, 2)?",
    );
    assert!(
        moved
            .ok()
            .outputs
            .iter()
            .any(|(_, output)| matches!(output, Output::Result(data) if has_png(data)))
    );
    // Crates that speak evcxr's own protocol are understood, too.
    let block = kernel.run("println!(\"EVCXR_BEGIN_CONTENT text/html\\n<i>x</i>\\nEVCXR_END_CONTENT\"); println!(\"after\");").ok();
    assert!(
        matches!(block.outputs[0].1, Output::Display { .. }),
        "{block:?}"
    );
}

#[test]
fn failures_are_short_marked_and_keep_variables() {
    let mut kernel = prepared();
    kernel.run("let kept = 41;").ok();
    kernel
        .run("let a = Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?;")
        .ok();

    let compile = kernel.run("let fine = 1;\nlet wrong: i32 = \"text\";");
    assert_eq!(compile.status, ReplyStatus::Error);
    let (name, message, traceback) = compile.error();
    assert_eq!(
        (name.as_str(), message.as_str()),
        ("CompileError", "mismatched types")
    );
    assert!(
        traceback.contains("2 | let wrong: i32 = \"text\";"),
        "{traceback}"
    );

    let (_, _, traceback) = kernel.run("let wrong: Tensr = todo!();").error();
    assert!(
        traceback.contains("Tensr") && !traceback.contains("unreachable"),
        "a warning is no error: {traceback}"
    );

    let failed = kernel.run("let b = Tensor::zeros((4, 5), DType::F32, &Device::Cpu)?;\nlet product = a.matmul(&b)?;\nlet after = 1;");
    let (name, message, traceback) = failed.error();
    assert_eq!(name, "Error");
    assert!(
        message.contains("[2, 3]") && message.contains("[4, 5]"),
        "{message}"
    );
    assert!(
        traceback.contains("--> 2 | let product = a.matmul(&b)?;"),
        "{traceback}"
    );

    let panicked = kernel.run("let list = vec![1, 2];\nlet at = 5;\nprintln!(\"{}\", list[at]);");
    let (name, message, traceback) = panicked.error();
    assert_eq!(name, "Panic");
    assert!(
        message.contains("the len is 2 but the index is 5"),
        "{message}"
    );
    assert!(traceback.contains("--> 3 | println!"), "{traceback}");

    for traceback in [failed.error().2, panicked.error().2] {
        assert!(
            traceback.lines().count() < 8 && !traceback.contains("stack backtrace"),
            "{traceback}"
        );
    }
    assert_eq!(kernel.run("kept + 1").ok().result(), "42");
    assert_eq!(kernel.run("a.dims().to_vec()").ok().result(), "[2, 3]");
}

#[test]
fn a_failure_stops_the_cells_behind_it() {
    let mut kernel = prepared();
    let sent = [
        kernel.send("let x = 1;"),
        kernel.send("panic!(\"no\")"),
        kernel.send("println!(\"not run\");"),
    ];
    let [first, second, third] = sent.map(|sent| kernel.finish(&sent, Duration::from_secs(60)));
    assert_eq!(
        (first.status, second.status),
        (ReplyStatus::Ok, ReplyStatus::Error)
    );
    assert_eq!(third.status, ReplyStatus::Aborted);
    assert_eq!(third.execution_count, 0, "it has no number of its own");
    assert_eq!(third.stdout(), "");
    assert_eq!(kernel.run("x").ok().result(), "1");
}

#[test]
fn a_dead_process_is_told_and_replaced() {
    let mut kernel = prepared();
    kernel.run("fn double(x: i32) -> i32 { 2 * x }").ok();
    kernel.run("let lost = 1;").ok();
    let cell = kernel.run("std::process::abort();");
    let (name, message, _) = cell.error();
    assert_eq!(name, "ProcessDied");
    assert!(message.contains("variables are lost"), "{message}");
    assert_eq!(kernel.run("double(4)").ok().result(), "8");
    assert_eq!(kernel.run("lost").status, ReplyStatus::Error);
}

#[test]
fn a_cell_that_does_not_react_is_killed_and_the_loss_is_told() {
    let mut kernel = prepared();
    let sent = kernel.send(
        "println!(\"on\"); loop { std::thread::sleep(std::time::Duration::from_millis(10)); }",
    );
    while !matches!(kernel.next_output(&sent, Duration::from_secs(60)), Some(Output::Stdout(text)) if text == "on\n")
    {
    }
    kernel.interrupt();
    let cell = kernel.finish(&sent, Duration::from_secs(30));
    let (name, message, _) = cell.error();
    assert_eq!(name, "Interrupted");
    assert!(message.contains("variables are lost"), "{message}");
    assert_eq!(kernel.run("1 + 1").ok().result(), "2");
}

#[test]
fn completion_inspection_and_history_know_the_session() {
    let mut kernel = prepared();
    kernel
        .run("let größe = Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?;")
        .ok();
    let reply = kernel.complete("größe.resh");
    assert!(
        reply.matches.iter().any(|one| one.starts_with("reshape")),
        "{reply:?}"
    );
    assert_eq!((reply.cursor_start, reply.cursor_end), (6, 10));
    assert!(
        kernel
            .complete("UNe")
            .matches
            .iter()
            .any(|one| one == "UNet")
    );
    let reply = kernel.inspect("Tensor::zeros");
    assert!(
        reply.found && plain(&reply.data.content).unwrap().contains("zeros"),
        "{reply:?}"
    );
    assert!(!kernel.inspect("no_such_thing").found);
    for (code, wanted) in [
        ("let a = 1;", "complete"),
        ("fn f() {", "incomplete"),
        ("let s = \"ab", "incomplete"),
        ("}", "invalid"),
    ] {
        assert_eq!(kernel.is_complete(code), wanted, "{code}");
    }
    let history = kernel
        .history(HistoryRequest::Tail {
            n: 1,
            output: false,
            raw: true,
        })
        .history;
    assert!(
        matches!(&history[..], [HistoryEntry::Input(_, 2, code)] if code.starts_with("let größe")),
        "{history:?}"
    );
}

#[test]
fn completion_answers_while_a_cell_runs() {
    let mut kernel = prepared();
    kernel
        .run("let weights = Tensor::ones(3, DType::F32, &Device::Cpu)?;")
        .ok();
    // In these seconds the kernel learns what may be asked.
    std::thread::sleep(Duration::from_secs(4));
    let sent =
        kernel.send("println!(\"up\"); std::thread::sleep(std::time::Duration::from_secs(5));");
    while !matches!(
        kernel.next_output(&sent, Duration::from_secs(30)),
        Some(Output::Stdout(_))
    ) {}
    let asked = Instant::now();
    for (code, wanted) in [
        ("weights.mat", "matmul"),
        ("Tensor::zer", "zeros"),
        ("weig", "weights"),
    ] {
        let reply = kernel.complete(code);
        assert!(
            reply.matches.iter().any(|one| one == wanted),
            "{code}: {reply:?}"
        );
    }
    assert!(asked.elapsed() < Duration::from_secs(4));
    kernel.finish(&sent, Duration::from_secs(30)).ok();
}

#[test]
fn cells_can_ask_and_depend_on_other_crates() {
    let mut kernel = prepared();
    let sent = kernel
        .send("let name = eosin::display::input(\"Your name? \");\nprintln!(\"Hello {name}\");");
    assert_eq!(kernel.answer("Ada"), "Your name? ");
    assert_eq!(
        kernel.finish(&sent, Duration::from_secs(60)).ok().stdout(),
        "Hello Ada\n"
    );
    kernel.run(":dep itoa = \"1\"").ok();
    assert_eq!(
        kernel
            .run("itoa::Buffer::new().format(42u8).to_owned()")
            .ok()
            .result(),
        "\"42\""
    );
    assert!(
        kernel
            .run("Tensor::zeros(2, DType::F32, &Device::Cpu)?")
            .ok()
            .result()
            .contains("[0., 0.]")
    );
}

#[test]
fn the_curve_moves_while_training_runs_and_an_interrupt_keeps_the_history() {
    let mut kernel = prepared();
    kernel
        .run(
            "let split = Nuclei::synthetic(20, 1, &data::nuclei::Options::new(64)).split(1);\n\
             let train_batches = DataLoader::new(split.train, 4);\nlet valid_batches = DataLoader::new(split.valid, 4);\n\
             let model = UNet::new(1, &Device::Cpu)?;",
        )
        .ok();
    let training = "let history = Trainer::new(&model, ops::bce_dice_loss).epochs(10_000).metric(\"dice\", metrics::dice)\n\
                    .callback(LiveCurve::new()).fit(&train_batches, &valid_batches)?;";
    let sent = kernel.send(training);
    let mut updates = Vec::new();
    let begun = Instant::now();
    let cell = kernel.finish_with(&sent, Duration::from_secs(60), |kernel, output| {
        if let Output::Display { data, id: Some(id) } | Output::Update { data, id } = output {
            assert!(has_png(data));
            updates.push((begun.elapsed(), id.clone()));
            if updates.len() == 8 {
                kernel.interrupt();
            }
        }
    });
    cell.ok();
    assert!(updates.len() >= 8, "{}", updates.len());
    assert!(updates.iter().all(|(_, id)| *id == updates[0].1));
    let (first, eighth) = (updates[0].0, updates[7].0);
    assert!(
        eighth - first > Duration::from_millis(600),
        "more than ten updates a second: {updates:?}"
    );
    assert_eq!(kernel.run("history.interrupted").ok().result(), "true");
    let batches: usize = kernel
        .run("history.batch_losses.len()")
        .ok()
        .result()
        .parse()
        .unwrap();
    assert!(batches > 3, "{batches}");
    assert!(
        kernel
            .run("model.parameters().count()")
            .ok()
            .result()
            .contains("1941105")
    );
}

#[test]
fn a_kernel_leaves_nothing_behind() {
    let mut kernel = prepared();
    let folder = std::path::PathBuf::from(kernel.run(":last_compile_dir").ok().result().trim());
    assert!(folder.is_dir());
    assert!(kernel.shut_down());
    assert!(!folder.exists());
}
