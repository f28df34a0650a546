//! Reading a lesson's source.
//!
//! Fenced `rust` blocks are code cells; the Markdown between them is cut before each heading. A heading `Exercise: title`
//! begins an exercise: its task, then its blocks, one after the other.

use super::exercise::{Block, Draft, Role};
use super::lesson::{Lesson, Part};
use super::mistake::Mistake;
use super::syntax;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

const EXERCISE: &str = "Exercise:";

/// The lesson `name`, or everything that is wrong with it.
pub fn read(name: &str, text: &str) -> Result<Lesson, Vec<Mistake>> {
    let mut reader = Reader {
        text,
        title: None,
        parts: Vec::new(),
        prose_from: 0,
        draft: None,
        task: None,
        mistakes: Vec::new(),
    };
    for (event, range) in Parser::new_ext(text, Options::all()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                reader.fenced(&info, range)
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                reader.mistake(
                    range.start,
                    "code needs a fence: put it between ```rust and ```",
                );
            }
            Event::Start(Tag::Heading { .. }) if reader.begins_line(range.start) => {
                reader.heading(range)
            }
            _ => {}
        }
    }
    reader.prose(text.len());
    reader.finish_exercise();
    match reader.title {
        Some(title) if reader.mistakes.is_empty() => Ok(Lesson {
            name: name.to_owned(),
            title,
            parts: reader.parts,
        }),
        title => {
            if title.is_none() {
                reader
                    .mistakes
                    .push(Mistake::new(1, "a lesson must begin with `# Its title`"));
            }
            reader.mistakes.sort_by_key(|mistake| mistake.line);
            Err(reader.mistakes)
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    title: Option<String>,
    parts: Vec<Part>,
    /// Where the prose that is not in a part yet begins.
    prose_from: usize,
    draft: Option<Draft>,
    /// The part that holds the task of the draft.
    task: Option<usize>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }

    fn begins_line(&self, offset: usize) -> bool {
        offset == 0 || self.text[..offset].ends_with('\n')
    }

    fn mistake(&mut self, offset: usize, message: impl Into<String>) {
        let line = self.line(offset);
        self.mistakes.push(Mistake::new(line, message));
    }

    fn heading(&mut self, range: Range<usize>) {
        self.prose(range.start);
        self.finish_exercise();
        self.prose_from = range.start;
        let title = self.text[range.clone()].trim_start_matches('#').trim();
        if let Some(title) = title.strip_prefix(EXERCISE) {
            self.draft = Some(Draft {
                title: title.trim().to_owned(),
                line: self.line(range.start),
                blocks: Vec::new(),
            });
        } else if self.title.is_none() {
            self.title = Some(title.to_owned());
        }
    }

    fn fenced(&mut self, info: &str, range: Range<usize>) {
        let block = self.text[range.clone()].trim_end();
        let lines: Vec<&str> = block.lines().collect();
        let is_fence = |line: &str| {
            line.trim().len() >= 3 && line.trim().chars().all(|mark| mark == '`' || mark == '~')
        };
        if lines.len() < 2 || !lines.last().is_some_and(|line| is_fence(line)) {
            return self.mistake(range.start, "the code block does not end");
        }
        let words: Vec<&str> = info.split_whitespace().collect();
        let role = Role::of(&words);
        if matches!(words.first(), Some(&("Rust" | "rs"))) {
            return self.mistake(range.start, "a code cell begins with ```rust");
        }
        if role.is_none() && words != ["rust"] {
            return;
        }
        if !self.begins_line(range.start) {
            return self.mistake(range.start, "a code cell must begin at the start of a line");
        }
        self.prose(range.start);
        self.prose_from = range.end;
        let (text, line) = (
            lines[1..lines.len() - 1].join("\n"),
            self.line(range.start) + 1,
        );
        match role {
            None => {
                self.mistakes.extend(syntax::mistakes(&text, line));
                self.push(Part::Code(text));
            }
            Some(Err(message)) => self.mistake(range.start, message),
            Some(Ok(role)) => match &mut self.draft {
                Some(draft) => draft.blocks.push(Block { role, text, line }),
                None => self.mistake(
                    range.start,
                    "this block belongs to no exercise: an exercise begins with a heading `Exercise: title`, and there \
                     is nothing between its blocks",
                ),
            },
        }
    }

    /// Takes the prose up to `end`.
    fn prose(&mut self, end: usize) {
        let text = self.text[self.prose_from..end].trim();
        if !text.is_empty() {
            let text = text.to_owned();
            self.push(Part::Prose {
                text,
                task_of: None,
            });
            if self.draft.is_some() && self.task.is_none() {
                self.task = Some(self.parts.len() - 1);
            }
        }
    }

    /// Adds a part; a part after the blocks of an exercise ends the exercise.
    fn push(&mut self, part: Part) {
        if self
            .draft
            .as_ref()
            .is_some_and(|draft| !draft.blocks.is_empty())
        {
            self.finish_exercise();
        }
        self.parts.push(part);
    }

    fn finish_exercise(&mut self) {
        let task = self.task.take();
        let Some(draft) = self.draft.take() else {
            return;
        };
        match draft.finish() {
            Ok((exercise, line)) => {
                if let Some(Part::Prose { task_of, .. }) = task.map(|task| &mut self.parts[task]) {
                    *task_of = Some(exercise.id.clone());
                }
                self.parts.push(Part::Exercise {
                    exercise: Box::new(exercise),
                    line,
                });
            }
            Err(mistakes) => self.mistakes.extend(mistakes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines 1 to 38.
    const SOURCE: &str = "# Sums

Text.

### Exercise: Add one

Add one to `a`.

```toml exercise
id = \"sums.one\"
minutes = 2
difficulty = \"easy\"
hints = [\"Look at `+`.\"]
why = \"Right.\"
rule = \"It is one more than `a`.\"
answer = { value = 2 }

[wrong.twice]
answer = { value = 3 }
message = \"That is two more.\"
```

```rust starter
let b: i32 = todo!();
```

```rust solution
let b = a + 1;
```

```rust check
check(\"sums.one\", b)
```

```rust wrong twice
let b = a + 2;
```

Then:

```rust
b
```
";

    fn told(text: &str) -> Vec<(usize, String)> {
        let mistakes = read("sums", text).unwrap_err();
        mistakes
            .into_iter()
            .map(|mistake| (mistake.line, mistake.message))
            .collect()
    }

    #[test]
    fn prose_cells_and_exercises_are_told_apart() {
        let lesson = read("sums", SOURCE).unwrap();
        assert_eq!(lesson.title, "Sums");
        let kinds: Vec<String> = (lesson.parts.iter())
            .map(|part| match part {
                Part::Prose { text, task_of } => {
                    format!("{} {task_of:?}", text.lines().next().unwrap())
                }
                Part::Code(code) => code.clone(),
                Part::Exercise { exercise, line } => format!("{} line {line}", exercise.solution),
            })
            .collect();
        assert_eq!(
            kinds,
            [
                "# Sums None",
                "### Exercise: Add one Some(\"sums.one\")",
                "let b = a + 1; line 10",
                "Then: None",
                "b"
            ]
        );
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        for (from, to, line, wanted) in [
            ("why =", "wy =", 14, "unknown field `wy`"),
            ("hints = [", "hints = [1, ", 13, "invalid type"),
            ("sums.one\"\nminutes", "one\"\nminutes", 10, "two words"),
            ("[\"Look at `+`.\"]", "[]", 10, "one, two or three"),
            ("Right.", " ", 10, "empty"),
            ("minutes = 2\n", "", 10, "`minutes = 3`"),
            ("difficulty = \"easy\"\n", "", 10, "how hard"),
            ("\"easy\"", "\"simple\"", 12, "unknown variant `simple`"),
            (
                "rule =",
                "inputs = [\"a\"]\nrule =",
                10,
                "the inputs of the function",
            ),
            (
                "answer = { value = 2 }",
                "inputs = [\"a\"]",
                32,
                "must call `check_function(\"sums.one\"",
            ),
            (
                "{ value = 2 }",
                "{ tolerance = 2.0 }",
                10,
                "any answer would fit",
            ),
            (
                "rule =",
                "parts = [\"a\"]\nrule =",
                10,
                "must name each element",
            ),
            (
                "[wrong.twice]",
                "[wrong.thrice]",
                10,
                "no ```rust wrong thrice block",
            ),
            (
                "rust wrong twice",
                "rust wrong other",
                35,
                "no [wrong.other]",
            ),
            ("rust wrong twice", "rust wrong", 35, "needs a name"),
            (
                "rust wrong twice",
                "rust check",
                35,
                "another ```rust check",
            ),
            (
                "rust starter",
                "rust strater",
                23,
                "`strater` is not a block",
            ),
            (
                "```rust check\ncheck(\"sums.one\", b)\n```\n",
                "",
                5,
                "no ```rust check block",
            ),
            (
                "check(\"sums.one\"",
                "check(\"sums.two\"",
                32,
                "must call `check(\"sums.one\"",
            ),
            ("todo!()", "0", 24, "needs `todo!()`"),
            ("a + 1;\n", "todo!();\n", 28, "still contains"),
            ("let b = a + 1;", "let b = (a + 1;", 28, "not Rust"),
            ("```rust\nb", "```rust\nb)", 42, "not Rust"),
            ("```rust\nb\n```", "    b", 41, "needs a fence"),
            ("```rust\nb\n```", "```rs\nb\n```", 41, "```rust"),
            ("```rust\nb\n```", "```rust\nb", 41, "does not end"),
            (
                "```rust\nb\n```",
                "- a\n  ```rust\n  b\n  ```",
                42,
                "start of a line",
            ),
            (
                "```rust check",
                "Text.\n\n```rust check",
                33,
                "belongs to no exercise",
            ),
            (
                "### Exercise: Add one",
                "### Add one",
                9,
                "belongs to no exercise",
            ),
            ("# Sums", "Sums", 1, "must begin with"),
        ] {
            assert!(SOURCE.contains(from), "{from}");
            let found = told(&SOURCE.replacen(from, to, 1));
            assert!(
                found
                    .iter()
                    .any(|(at, message)| *at == line && message.contains(wanted)),
                "{to}: line {line}, {wanted} is not in {found:?}"
            );
        }
    }

    const QUESTION: &str = "# Sums

### Exercise: More

What is more?

```toml exercise
id = \"sums.more\"
minutes = 1
difficulty = \"easy\"
hints = [\"Count.\"]
why = \"Three follows two.\"

[[option]]
text = \"Two\"
message = \"It comes first.\"

[[option]]
text = \"Three\"
right = true
```
";

    #[test]
    fn a_question_follows_from_its_description() {
        let lesson = read("sums", QUESTION).unwrap();
        let exercise = lesson.exercises().next().unwrap();
        assert_eq!(exercise.options, ["Two", "Three"]);
        assert_eq!(exercise.starter, "choose(\"sums.more\", \"?\")");
        assert_eq!(exercise.solution, "choose(\"sums.more\", \"b\")");
        assert_eq!(exercise.wrong[0].code, "choose(\"sums.more\", \"a\")");
        assert_eq!(exercise.check, "");
        for (from, to, line, wanted) in [
            ("text = \"Two\"", "", 14, "missing field `text`"),
            (
                "message = \"It comes first.\"\n",
                "",
                15,
                "why this option is wrong",
            ),
            ("right = true", "message = \"No.\"", 8, "exactly one option"),
            (
                "right = true",
                "right = true\nmessage = \"No.\"",
                19,
                "has no `message`",
            ),
            (
                "[[option]]\ntext = \"Two\"\nmessage = \"It comes first.\"\n",
                "",
                8,
                "two to six",
            ),
            ("why =", "rule = \"r\"\nwhy =", 8, "has no `rule`"),
            (
                "true\n```\n",
                "true\n```\n\n```rust check\n```\n",
                23,
                "has no ```rust check",
            ),
            ("minutes = 1\n", "", 8, "`minutes = 3`"),
        ] {
            assert!(QUESTION.contains(from), "{from}");
            let found = told(&QUESTION.replacen(from, to, 1));
            assert!(
                found
                    .iter()
                    .any(|(at, message)| *at == line && message.contains(wanted)),
                "{to}: line {line}, {wanted} is not in {found:?}"
            );
        }
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let text = SOURCE
            .replace("why =", "wy =")
            .replace("```rust\nb", "```rust\nb)");
        let lines: Vec<usize> = told(&text).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [14, 42]);
    }
}
