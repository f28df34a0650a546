//! rust-analyzer is shown a copy of the crate's sources. What learners see of it, names and documentation, is compared with
//! what rustdoc says of the real crates.

mod workshop;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use workshop::{Kernel, plain};

/// What rustdoc says of a crate of this workspace's lock file.
struct Documented(Value);

impl Documented {
    fn of(package: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rustdoc");
        fs::create_dir_all(&folder).unwrap();
        // Its output for programs is not stable yet; the compiler itself must not know that it is used here.
        let rustdoc = folder.join("rustdoc.sh");
        fs::write(
            &rustdoc,
            "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n",
        )
        .unwrap();
        fs::set_permissions(&rustdoc, fs::Permissions::from_mode(0o755)).unwrap();
        let status = Command::new(env!("CARGO"))
            .args([
                "rustdoc",
                "--quiet",
                "--locked",
                "--lib",
                "--package",
                package,
            ])
            .args([
                "--",
                "-Zunstable-options",
                "--output-format=json",
                "--cap-lints=allow",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", &folder)
            .env("RUSTDOC", &rustdoc)
            .status()
            .unwrap();
        assert!(status.success(), "rustdoc of {package} failed");
        let file = folder.join("doc").join(package.replace('-', "_") + ".json");
        Documented(serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
    }

    fn item(&self, id: &Value) -> &Value {
        &self.0["index"][id.to_string()]
    }

    /// Public names within an item: of a module its content, of a type its own functions, constants and variants.
    fn names(&self, item: &Value) -> BTreeSet<String> {
        let (kind, inner) = item["inner"].as_object().unwrap().iter().next().unwrap();
        let ids = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let members = match kind.as_str() {
            "module" => ids(&inner["items"]),
            _ => ids(&inner["impls"])
                .iter()
                .map(|id| &self.item(id)["inner"]["impl"])
                .filter(|implementation| implementation["trait"].is_null())
                .flat_map(|implementation| ids(&implementation["items"]))
                .chain(ids(&inner["variants"]))
                .collect(),
        };
        let named = members.iter().map(|id| self.item(id)).filter(|member| {
            let is_variant = member["visibility"] == "default";
            let is_hidden = member["attrs"].to_string().contains("hidden");
            (member["visibility"] == "public" || is_variant) && !is_hidden
        });
        let name = |member: &Value| {
            let own = &member["name"];
            let used = &member["inner"]["use"]["name"];
            own.as_str().or(used.as_str()).map(str::to_owned)
        };
        named.filter_map(name).collect()
    }

    fn named(&self, kind: &str, name: &str) -> &Value {
        let index = self.0["index"].as_object().unwrap();
        let found = index.values().find(|item| {
            item["name"] == name && item["crate_id"] == 0 && !item["inner"][kind].is_null()
        });
        found.unwrap_or_else(|| panic!("rustdoc knows no {kind} {name}"))
    }
}

fn assert_completed(
    kernel: &mut Kernel,
    path: &str,
    wanted: &BTreeSet<String>,
) -> BTreeSet<String> {
    let matches: BTreeSet<String> = kernel
        .complete(&format!("{path}::"))
        .matches
        .iter()
        // A macro is completed with its brackets, a module with a path's colons.
        .map(|name| {
            name.trim_end_matches("![]")
                .trim_end_matches(':')
                .to_owned()
        })
        .collect();
    let missing: Vec<_> = wanted.difference(&matches).collect();
    assert!(!wanted.is_empty(), "{path}");
    assert!(missing.is_empty(), "{path} lacks {missing:?}");
    matches
}

#[test]
fn learners_see_the_whole_crate_with_its_documentation() {
    let core = Documented::of("candle-core");
    let eosin = Documented::of("eosin");
    let mut kernel = Kernel::start();
    kernel.run("use eosin::prelude::*;").ok();

    for (documented, kind, name) in [
        (&eosin, "struct", "Tensor"),
        (&eosin, "struct", "Var"),
        (&core, "struct", "Shape"),
        (&core, "enum", "Device"),
        (&core, "enum", "DType"),
    ] {
        let names = documented.names(documented.named(kind, name));
        assert_completed(&mut kernel, name, &names);
    }
    for name in [
        "ops", "nn", "data", "train", "metrics", "plot", "display", "exercise", "prelude",
    ] {
        let names = eosin.names(eosin.named("module", name));
        let shown = assert_completed(&mut kernel, &format!("eosin::{name}"), &names);
        assert_eq!(shown, names, "what is private in {name} is offered too");
    }

    let first_line = |item: &Value| {
        let text = item["docs"].as_str().unwrap_or_default();
        text.lines()
            .next()
            .unwrap_or_default()
            .replace(['`', '[', ']'], "")
    };
    let documented = [
        ("Tensor", first_line(eosin.named("struct", "Tensor"))),
        ("ops::conv2d", first_line(eosin.named("function", "conv2d"))),
        ("nn::UNet", first_line(eosin.named("struct", "UNet"))),
        (
            "image_grid",
            first_line(eosin.named("function", "image_grid")),
        ),
    ];
    for (code, line) in documented {
        let shown = plain(&kernel.inspect(code).data.content).unwrap();
        let shown = shown.replace(['`', '[', ']'], "");
        assert!(
            !line.is_empty() && shown.contains(&line),
            "{code}: {line:?} is not in {shown}"
        );
    }
}
