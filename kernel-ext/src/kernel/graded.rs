//! A cell that earns points, as `:grade` in its first line says. nbgrader runs it for the instructor, and counts a cell as right
//! if it ends without an error.
//!
//! A learner's code can print whatever it likes, even the lines by which the crate and evcxr talk to the kernel. So each run of
//! such a cell gets a key, and the cell ends with an error unless the crate's `grade` returns that key.

use super::cell_items::after_commands;
use super::output::{Failure, Front, Output, Question};
use std::sync::Arc;
use uuid::Uuid;

const COMMAND: &str = ":grade";

pub struct Graded {
    key: String,
    /// What is added to the cell, and where: the check runs in a block in which the crate's names hide the learner's.
    pub additions: Vec<(usize, String)>,
}

impl Graded {
    /// `None` for a cell that is not graded.
    pub fn of(code: &str) -> Option<Self> {
        let mut start = 0;
        let mut lines = code[..after_commands(code)].split_inclusive('\n');
        let line = lines.find(|line| {
            let found = line.trim() == COMMAND;
            start += if found { 0 } else { line.len() };
            found
        })?;
        let key = Uuid::new_v4().to_string();
        // Without `let`, evcxr would take the colons for a command.
        let begin =
            format!("\nlet _ = ::eosin::exercise::grade({key:?}, {{ use ::eosin::prelude::*;");
        Some(Graded {
            key,
            additions: vec![
                (start, "// ".to_owned()),
                (start + line.trim_end().len(), begin),
                // The last line may be a comment.
                (code.len(), "\n})?;".to_owned()),
            ],
        })
    }

    /// Why there are no points, if the key that came, if any, is not the one of this run.
    pub fn failure(&self, came: Option<&str>) -> Option<Failure> {
        (came != Some(&self.key)).then(|| {
            Failure::told(
                "NoPoints",
                "there are no points for this answer, because it is not right.",
            )
        })
    }
}

/// nbgrader takes a cell's result for the points: here there is none, whatever a learner's code prints.
pub struct WithoutResult(pub Arc<dyn Front>);

impl Front for WithoutResult {
    fn show(&self, output: Output) {
        self.0.show(match output {
            Output::Result(bundle) => Output::Display { bundle, id: None },
            other => other,
        });
    }

    fn ask(&self, question: Question) -> Option<String> {
        self.0.ask(question)
    }
}

#[cfg(test)]
mod tests {
    use super::super::extended::Extended;
    use super::*;

    #[test]
    fn the_check_runs_in_a_block_whose_verdict_needs_the_key() {
        let code = "// hidden\n:grade\n// end\nlet x = 1;\ncheck(\"a.b\", x)\n// last";
        let graded = Graded::of(code).unwrap();
        let cell = Extended::new(code, graded.additions.clone()).code;
        assert_eq!(
            cell,
            format!(
                "// hidden\n// :grade\nlet _ = ::eosin::exercise::grade(\"{}\", {{ use ::eosin::prelude::*;\n// end\nlet x = 1;\n\
                 check(\"a.b\", x)\n// last\n}})?;",
                graded.key
            )
        );
        assert!(graded.failure(Some(&graded.key)).is_none());
        let other = Graded::of(code).unwrap().key;
        assert!(graded.failure(Some(&other)).is_some() && graded.failure(None).is_some());
    }

    #[test]
    fn only_a_command_grades() {
        for code in [
            "check(\"a.b\", 1)",
            "let x = 1;\n:grade",
            "// :grade\nx",
            "println!(\":grade\")",
        ] {
            assert!(Graded::of(code).is_none(), "{code}");
        }
    }
}
