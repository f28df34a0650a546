//! An exercise that is a question with options.
//!
//! Its answer is the letter of an option, so it needs no code of the author's: the cells follow from the description.

use super::description::Description;
use super::mistake::Mistake;
use super::schema::{Exercise, Pattern, Wrong};

/// What is wrong with the options; `line` is where the description begins, `place` gives the line of a byte in it.
pub fn mistakes(
    description: &Description,
    line: usize,
    place: impl Fn(usize) -> usize,
) -> Vec<Mistake> {
    let options = &description.options;
    let mut mistakes = Vec::new();
    let mut complain = |holds: bool, line: usize, message: &str| {
        if !holds {
            mistakes.push(Mistake::new(line, message));
        }
    };
    for (is_given, key) in [
        (description.rule.is_some(), "rule"),
        (description.answer.is_some(), "answer"),
        (!description.parts.is_empty(), "parts"),
        (!description.inputs.is_empty(), "inputs"),
        (!description.wrong.is_empty(), "wrong"),
    ] {
        complain(
            !is_given,
            line,
            &format!("a question with options has no `{key}`"),
        );
    }
    complain(
        (2..=6).contains(&options.len()),
        line,
        "give two to six options: `[[option]]`",
    );
    complain(
        options.iter().filter(|option| option.right).count() == 1,
        line,
        "exactly one option must be the right one: add `right = true` to it",
    );
    for option in options {
        let line = place(option.text.span().start);
        complain(
            !option.text.get_ref().trim().is_empty(),
            line,
            "a text is empty",
        );
        let message = option.message.as_deref().unwrap_or_default();
        complain(
            option.right == message.trim().is_empty(),
            line,
            match option.right {
                true => "the right option has no `message`: `why` is shown in its place",
                false => "say why this option is wrong: `message = \"...\"`",
            },
        );
    }
    mistakes
}

/// The exercise that a description without mistakes gives.
pub fn exercise(mut description: Description, title: &str) -> Exercise {
    let options = std::mem::take(&mut description.options);
    let choose = |letter: &str| format!("choose(\"{}\", \"{letter}\")", description.id.get_ref());
    let pattern = |letter: &str| Pattern {
        value: Some(letter.into()),
        ..Pattern::default()
    };
    let starter = choose("?");
    let (mut solution, mut answer) = (String::new(), None);
    let (mut texts, mut wrong) = (Vec::new(), Vec::new());
    for (option, letter) in options.into_iter().zip('a'..) {
        let letter = letter.to_string();
        texts.push(option.text.into_inner());
        match option.message {
            Some(message) => wrong.push(Wrong {
                code: choose(&letter),
                answer: pattern(&letter),
                name: letter,
                message,
            }),
            None => {
                solution = choose(&letter);
                answer = Some(pattern(&letter));
            }
        }
    }
    Exercise {
        options: texts,
        answer,
        starter,
        solution,
        wrong,
        ..description.into_exercise(title)
    }
}
