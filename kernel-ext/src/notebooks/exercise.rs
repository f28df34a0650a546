//! An exercise: its blocks in the source, and what must be in them.

use super::choice;
use super::description::{DescribedWrong, Description};
use super::mistake::Mistake;
use super::schema::{Exercise, Pattern, Wrong};
use super::syntax;

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
        let block = self.block(&Role::Description);
        let described = block.and_then(|block| {
            toml::from_str::<Description>(&block.text)
                .map_err(|error| mistakes.push(in_toml(block, &error)))
                .ok()
        });
        if let (Some(description), Some(block)) = (&described, block) {
            mistakes.extend(description.mistakes(block.line));
        }
        let is_question = (described.as_ref()).is_some_and(|found| !found.options.is_empty());
        mistakes.extend(match is_question {
            true => self.question_mistakes(described.as_ref()),
            false => self.code_mistakes(described.as_ref()),
        });
        match (described, block) {
            (Some(described), Some(block)) if mistakes.is_empty() => {
                let line = block.line + line_of(&block.text, described.id.span().start);
                let exercise = match is_question {
                    true => choice::exercise(described, &self.title),
                    false => self.complete(described),
                };
                Ok((exercise, line))
            }
            _ => Err(mistakes),
        }
    }

    fn block(&self, role: &Role) -> Option<&Block> {
        self.blocks.iter().find(|block| block.role == *role)
    }

    fn text(&self, role: &Role) -> String {
        self.block(role)
            .map(|block| block.text.clone())
            .unwrap_or_default()
    }

    /// What is wrong with a question, which has options and no code.
    fn question_mistakes(&self, description: Option<&Description>) -> Vec<Mistake> {
        let (Some(description), Some(block)) = (description, self.block(&Role::Description)) else {
            return Vec::new();
        };
        let code = self
            .blocks
            .iter()
            .filter(|block| block.role != Role::Description);
        let code = code.map(|block| {
            let words = block.role.words();
            let message = format!("a question with options has no ```{words} block");
            Mistake::new(block.line - 1, message)
        });
        let place = |offset| block.line + line_of(&block.text, offset);
        code.chain(choice::mistakes(description, block.line, place))
            .collect()
    }

    /// What is wrong with an exercise that is answered in code.
    fn code_mistakes(&self, description: Option<&Description>) -> Vec<Mistake> {
        let is_alone = self.blocks.len() == 1 && self.block(&Role::Description).is_some();
        if description.is_none() && is_alone {
            // Its description could not be read, and it may well be a question.
            return Vec::new();
        }
        let mut mistakes = Vec::new();
        for role in [
            Role::Description,
            Role::Starter,
            Role::Solution,
            Role::Check,
        ] {
            if self.block(&role).is_none() {
                let words = role.words();
                let message = format!("the exercise \"{}\" has no ```{words} block", self.title);
                mistakes.push(Mistake::new(self.line, message));
            }
        }
        for block in &self.blocks {
            match block.role {
                Role::Description => continue,
                Role::Starter => mistakes.extend(has_todo(block, true)),
                Role::Solution => mistakes.extend(has_todo(block, false)),
                Role::Check => {
                    mistakes.extend(description.and_then(|found| names_itself(block, found)));
                }
                Role::Wrong(_) => {}
            }
            mistakes.extend(syntax::mistakes(&block.text, block.line));
        }
        if let (Some(description), Some(block)) = (description, self.block(&Role::Description)) {
            mistakes.extend(self.answer_mistakes(description, block.line));
        }
        mistakes
    }

    fn complete(&self, mut described: Description) -> Exercise {
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
            starter: self.text(&Role::Starter),
            solution: self.text(&Role::Solution),
            check: self.text(&Role::Check),
            ..described.into_exercise(&self.title)
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

    /// What is wrong with the descriptions of the right answer and of the wrong ones.
    fn answer_mistakes(&self, description: &Description, line: usize) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut complain = |holds: bool, message: &str| {
            if !holds {
                mistakes.push(Mistake::new(line, message));
            }
        };
        complain(
            description.rule.is_some(),
            "say what a right answer must be like: `rule = \"...\"`",
        );
        let patterns = description.wrong.values().map(|wrong| &wrong.answer);
        complain(
            (description.answer.iter().chain(patterns)).all(|pattern| !pattern.is_empty()),
            "any answer would fit: add a condition (`value`, `shape`, `dtype`, `mean` ...)",
        );
        complain(
            description.answer.is_some() == description.inputs.is_empty(),
            "say what is right, `answer = { value = 2 }`; or, if the check calls `check_function`, name the inputs of the \
             function instead: `inputs = [\"image\", \"kernel\"]`",
        );
        complain(
            description.parts.is_empty()
                || description.answer.as_ref().and_then(Pattern::count)
                    == Some(description.parts.len()),
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

/// With `inputs`, the answer is a function that is compared with a reference.
fn names_itself(check: &Block, description: &Description) -> Option<Mistake> {
    let function = match description.inputs.is_empty() {
        true => "check",
        false => "check_function",
    };
    let call = format!("{function}(\"{}\",", description.id.get_ref());
    // rustfmt may put the name on a line of its own.
    let code: String = check.text.split_whitespace().collect();
    (!code.contains(&call))
        .then(|| Mistake::new(check.line, format!("the check must call `{call} ...)`")))
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
