//! The block that describes an exercise.

use super::mistake::Mistake;
use super::schema::{Difficulty, Exercise, Pattern};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

impl Pattern {
    /// How many elements the value has.
    pub fn count(&self) -> Option<usize> {
        self.value.as_ref()?.as_array().map(Vec::len)
    }

    /// Whether any answer would fit.
    pub fn is_empty(&self) -> bool {
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
pub struct Description {
    pub id: Spanned<String>,
    pub minutes: Option<u32>,
    pub difficulty: Option<Difficulty>,
    pub hints: Vec<String>,
    pub why: String,
    pub rule: Option<String>,
    #[serde(default)]
    pub parts: Vec<String>,
    #[serde(default)]
    pub inputs: Vec<String>,
    pub answer: Option<Pattern>,
    #[serde(default)]
    pub wrong: BTreeMap<String, DescribedWrong>,
    #[serde(default, rename = "option")]
    pub options: Vec<DescribedOption>,
}

/// An option, as its author describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedOption {
    pub text: Spanned<String>,
    /// Why it is wrong.
    pub message: Option<String>,
    #[serde(default)]
    pub right: bool,
}

impl Description {
    /// What is wrong with the part that all exercises have.
    pub fn mistakes(&self, line: usize) -> Vec<Mistake> {
        let conditions = [
            (
                is_id(self.id.get_ref()),
                "`id` must be two words of small letters, digits and `_` with a dot between them: `lesson.exercise`",
            ),
            (
                self.minutes.is_some_and(|minutes| minutes > 0),
                "say about how long it takes: `minutes = 3`",
            ),
            (
                self.difficulty.is_some(),
                "say how hard it is: `difficulty = \"easy\"`, `\"medium\"` or `\"hard\"`",
            ),
            (
                (1..=3).contains(&self.hints.len()),
                "give one, two or three `hints`",
            ),
            (
                std::iter::once(&self.why)
                    .chain(&self.rule)
                    .chain(&self.hints)
                    .chain(self.wrong.values().map(|wrong| &wrong.message))
                    .all(|text| !text.trim().is_empty()),
                "a text is empty",
            ),
        ];
        let broken = conditions.into_iter().filter(|(holds, _)| !holds);
        broken
            .map(|(_, message)| Mistake::new(line, message))
            .collect()
    }

    /// The exercise, as far as it is the same for all.
    pub fn into_exercise(self, title: &str) -> Exercise {
        Exercise {
            id: self.id.into_inner(),
            title: title.to_owned(),
            // A description without these two has been refused by now.
            minutes: self.minutes.unwrap_or_default(),
            difficulty: self.difficulty.unwrap_or(Difficulty::Medium),
            hints: self.hints,
            why: self.why,
            rule: self.rule.unwrap_or_default(),
            parts: self.parts,
            inputs: self.inputs,
            options: Vec::new(),
            answer: self.answer,
            starter: String::new(),
            solution: String::new(),
            check: String::new(),
            wrong: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedWrong {
    pub answer: Pattern,
    pub message: String,
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
