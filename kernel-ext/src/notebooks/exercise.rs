//! An exercise: its blocks in the source, and what must be in them.

use super::mistake::Mistake;
use super::schema::{Exercise, Pattern, Wrong};
use super::syntax;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

impl Pattern {
    /// How many elements the value has.
    fn count(&self) -> Option<usize> {
        self.value.as_ref()?.as_array().map(Vec::len)
    }

    /// Whether any answer would fit.
    fn is_empty(&self) -> bool {
        let without = Pattern {
            tolerance: self.tolerance,
            tolerance_at_zero: self.tolerance_at_zero,
            ..Pattern::default()
        };
        *self == without
    }
}

/// The block that describes an exercise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    id: Spanned<String>,
    hints: Vec<String>,
    why: String,
    rule: String,
    #[serde(default)]
    parts: Vec<String>,
    answer: Pattern,
    #[serde(default)]
    wrong: BTreeMap<String, DescribedWrong>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedWrong {
    answer: Pattern,
    message: String,
}

/// What a fenced block of an exercise holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    Description,
    Starter,
    Solution,
    Check,
    Wrong(String),
}

impl Role {
    /// From the words after the three backticks; `None` if it is not a block of an exercise.
    pub fn of(words: &[&str]) -> Option<Result<Self, String>> {
        Some(Ok(match words {
            ["toml", "exercise"] => Role::Description,
            ["rust", "starter"] => Role::Starter,
            ["rust", "solution"] => Role::Solution,
            ["rust", "check"] => Role::Check,
            ["rust", "wrong", name] => Role::Wrong((*name).to_owned()),
            ["rust", "wrong", ..] => {
                return Some(Err(
                    "a wrong answer needs a name of one word: `rust wrong name`".to_owned(),
                ));
            }
            ["rust", other, ..] => {
                return Some(Err(format!(
                    "`{other}` is not a block of an exercise; the blocks are `rust starter`, `rust solution`, `rust check`, \
                     `rust wrong name` and `toml exercise`"
                )));
            }
            _ => return None,
        }))
    }

    fn words(&self) -> String {
        match self {
            Role::Description => "toml exercise".to_owned(),
            Role::Starter => "rust starter".to_owned(),
            Role::Solution => "rust solution".to_owned(),
            Role::Check => "rust check".to_owned(),
            Role::Wrong(name) => format!("rust wrong {name}"),
        }
    }
}

/// The text of a block, whose first line is `line` of the source.
#[derive(Debug, Clone)]
pub struct Block {
    pub role: Role,
    pub text: String,
    pub line: usize,
}

/// An exercise, some of whose blocks have been read.
#[derive(Debug)]
pub struct Draft {
    pub title: String,
    /// The line of its heading.
    pub line: usize,
    pub blocks: Vec<Block>,
}

impl Draft {
    /// The exercise with the line of its id, or everything that is wrong with it.
    pub fn finish(self) -> Result<(Exercise, usize), Vec<Mistake>> {
        let mut mistakes = self.repeated();
        let [description, starter, solution, check] = [
            Role::Description,
            Role::Starter,
            Role::Solution,
            Role::Check,
        ]
        .map(|role| {
            let block = self.blocks.iter().find(|block| block.role == role);
            if block.is_none() {
                let words = role.words();
                let message = format!("the exercise \"{}\" has no ```{words} block", self.title);
                mistakes.push(Mistake::new(self.line, message));
            }
            block
        });
        let described = description.and_then(|block| {
            toml::from_str::<Description>(&block.text)
                .map_err(|error| mistakes.push(in_toml(block, &error)))
                .ok()
        });
        for block in self
            .blocks
            .iter()
            .filter(|block| block.role != Role::Description)
        {
            mistakes.extend(syntax::mistakes(&block.text, block.line));
        }
        if let (Some(description), Some(block)) = (&described, description) {
            mistakes.extend(self.check_description(description, block.line));
            if let Some(check) = check {
                mistakes.extend(names_itself(check, description.id.get_ref()));
            }
        }
        mistakes.extend(starter.and_then(|block| has_todo(block, true)));
        mistakes.extend(solution.and_then(|block| has_todo(block, false)));
        match (described, description, starter, solution, check) {
            (Some(described), Some(block), Some(starter), Some(solution), Some(check))
                if mistakes.is_empty() =>
            {
                let line = block.line + line_of(&block.text, described.id.span().start);
                let texts = [starter, solution, check].map(|block| block.text.clone());
                Ok((self.complete(described, texts), line))
            }
            _ => Err(mistakes),
        }
    }

    fn complete(
        &self,
        mut described: Description,
        [starter, solution, check]: [String; 3],
    ) -> Exercise {
        let wrong = self.blocks.iter().filter_map(|block| {
            let Role::Wrong(name) = &block.role else {
                return None;
            };
            let DescribedWrong { answer, message } = described.wrong.remove(name)?;
            Some(Wrong {
                name: name.clone(),
                code: block.text.clone(),
                answer,
                message,
            })
        });
        Exercise {
            wrong: wrong.collect(),
            id: described.id.into_inner(),
            title: self.title.clone(),
            hints: described.hints,
            why: described.why,
            rule: described.rule,
            parts: described.parts,
            answer: described.answer,
            starter,
            solution,
            check,
        }
    }

    fn repeated(&self) -> Vec<Mistake> {
        let blocks = self.blocks.iter().enumerate();
        blocks
            .filter(|(index, block)| {
                self.blocks[..*index]
                    .iter()
                    .any(|before| before.role == block.role)
            })
            .map(|(_, block)| {
                let words = block.role.words();
                Mistake::new(
                    block.line - 1,
                    format!("there is another ```{words} block in this exercise"),
                )
            })
            .collect()
    }

    fn check_description(&self, description: &Description, line: usize) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut complain = |holds: bool, message: &str| {
            if !holds {
                mistakes.push(Mistake::new(line, message));
            }
        };
        complain(
            is_id(description.id.get_ref()),
            "`id` must be two words of small letters, digits and `_` with a dot between them: `lesson.exercise`",
        );
        complain(
            (1..=3).contains(&description.hints.len()),
            "give one, two or three `hints`",
        );
        let texts = [&description.why, &description.rule];
        let messages = description.wrong.values().map(|wrong| &wrong.message);
        complain(
            texts
                .into_iter()
                .chain(&description.hints)
                .chain(messages)
                .all(|text| !text.trim().is_empty()),
            "a text is empty",
        );
        let patterns = description.wrong.values().map(|wrong| &wrong.answer);
        complain(
            std::iter::once(&description.answer)
                .chain(patterns)
                .all(|pattern| !pattern.is_empty()),
            "any answer would fit: add a condition (`value`, `shape`, `dtype`, `mean` ...)",
        );
        complain(
            description.parts.is_empty()
                || description.answer.count() == Some(description.parts.len()),
            "`parts` must name each element of the answer's `value`, which must be a list of the same length",
        );
        complain(
            !description.wrong.is_empty(),
            "there is no typical wrong answer: add `[wrong.name]`",
        );
        let has_code = |name: &String| {
            self.blocks
                .iter()
                .any(|block| block.role == Role::Wrong(name.clone()))
        };
        for name in description.wrong.keys().filter(|name| !has_code(name)) {
            complain(
                false,
                &format!("the wrong answer `{name}` has no ```rust wrong {name} block"),
            );
        }
        for block in &self.blocks {
            if let Role::Wrong(name) = &block.role
                && !description.wrong.contains_key(name)
            {
                let message = format!("the exercise's description has no [wrong.{name}]");
                mistakes.push(Mistake::new(block.line - 1, message));
            }
        }
        mistakes
    }
}

fn is_id(id: &str) -> bool {
    let is_word = |word: &str| {
        let fits = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
        };
        !word.is_empty() && word.chars().all(fits)
    };
    id.split_once('.')
        .is_some_and(|(lesson, name)| is_word(lesson) && is_word(name))
}

fn names_itself(check: &Block, id: &str) -> Option<Mistake> {
    let call = format!("check(\"{id}\"");
    let message = || format!("the check must call `{call}, ...)`");
    (!check.text.contains(&call)).then(|| Mistake::new(check.line, message()))
}

fn has_todo(block: &Block, wanted: bool) -> Option<Mistake> {
    let message = match wanted {
        true => "a starter needs `todo!()` where the answer goes",
        false => "the solution still contains `todo!()`",
    };
    (block.text.contains("todo!(") != wanted).then(|| Mistake::new(block.line, message))
}

fn in_toml(block: &Block, error: &toml::de::Error) -> Mistake {
    let within = error
        .span()
        .map_or(0, |span| line_of(&block.text, span.start));
    // Only the first line is a sentence.
    let message = error.message().lines().next().unwrap_or_default();
    Mistake::new(
        block.line + within,
        format!("in the exercise's description: {message}"),
    )
}

/// The line of a byte, from 0.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}
