//! Completions, and a cache of them for the time when a cell runs.
//!
//! evcxr does one thing at a time, and a training run takes minutes. So whenever there is nothing to do, the engine asks it
//! what learners will ask: the members of their variables, which names there are, what is in the crate's modules and types.
//! While a cell runs, completions come from these answers.

use std::collections::HashMap;

/// Completions of a piece of code, as bytes of it.
pub struct Completed {
    pub matches: Vec<Match>,
    pub start: usize,
    pub end: usize,
}

/// One way to go on.
#[derive(Clone)]
pub struct Match {
    pub text: String,
    pub kind: &'static str,
}

/// What evcxr has told about the session.
#[derive(Default)]
pub struct CompletionCache {
    /// The modules and types of the prelude, see [`super::prelude`].
    paths: Vec<String>,
    /// The type of each variable.
    variables: HashMap<String, String>,
    /// What can follow `.`, by type.
    members: HashMap<String, Vec<Match>>,
    /// What can follow `::`.
    contents: HashMap<String, Vec<Match>>,
    /// What can stand alone, and whether a cell has run since.
    names: Vec<Match>,
    names_are_old: bool,
}

/// A question for evcxr: the completions at the end of some code.
pub enum Question {
    Members { variable: String, of: String },
    Contents(String),
    Names,
}

impl Question {
    pub fn code(&self) -> String {
        match self {
            Question::Members { variable, .. } => format!("{variable}."),
            Question::Contents(path) => format!("use eosin::prelude::*;\n{path}::"),
            Question::Names => String::new(),
        }
    }
}

impl CompletionCache {
    /// An empty cache, to be filled with the content of `paths` in this order.
    pub fn new(paths: Vec<String>) -> Self {
        CompletionCache {
            paths,
            ..CompletionCache::default()
        }
    }

    /// A cell has run: these are the variables now, with their types.
    pub fn update(&mut self, variables: HashMap<String, String>) {
        // A type of the learner's may have changed; those of the prelude stay.
        self.members.retain(|name, _| self.paths.contains(name));
        self.variables = variables;
        self.names_are_old = true;
    }

    /// What should be asked next.
    pub fn question(&self) -> Option<Question> {
        let member = self
            .variables
            .iter()
            .find(|(_, of)| !self.members.contains_key(*of));
        if let Some((variable, of)) = member {
            return Some(Question::Members {
                variable: variable.clone(),
                of: of.clone(),
            });
        }
        if self.names_are_old {
            return Some(Question::Names);
        }
        let path = self
            .paths
            .iter()
            .find(|path| !self.contents.contains_key(*path));
        path.cloned().map(Question::Contents)
    }

    pub fn learn(&mut self, question: Question, matches: Vec<Match>) {
        match question {
            Question::Members { of, .. } => drop(self.members.insert(of, matches)),
            Question::Contents(path) => drop(self.contents.insert(path, matches)),
            Question::Names => {
                self.names = matches;
                self.names_are_old = false;
            }
        }
    }

    /// The completions of `code` at the byte `offset`, if they are in the cache.
    pub fn complete(&self, code: &str, offset: usize) -> Option<Completed> {
        let before = code.get(..offset)?;
        let (rest, word) = split_word(before);
        let is_name = !rest.ends_with("::") && !rest.ends_with('.');
        let new_variables = self
            .variables
            .keys()
            .filter(|variable| is_name && self.names.iter().all(|name| name.text != **variable));
        let candidates = if let Some(path) = rest.strip_suffix("::") {
            self.contents.get(split_word(path).1)
        } else if let Some(value) = rest.strip_suffix('.') {
            self.members.get(self.variables.get(split_word(value).1)?)
        } else {
            Some(&self.names)
        };
        let matches = candidates?
            .iter()
            .cloned()
            .chain(new_variables.map(|variable| Match {
                text: variable.clone(),
                kind: "instance",
            }))
            .filter(|candidate| candidate.text.starts_with(word))
            .collect();
        Some(Completed {
            matches,
            start: rest.len(),
            end: offset,
        })
    }
}

/// Cuts off the name that a text ends with.
fn split_word(text: &str) -> (&str, &str) {
    let start = text
        .rfind(|character: char| !character.is_alphanumeric() && character != '_')
        .map_or(0, |at| {
            at + text[at..].chars().next().map_or(1, char::len_utf8)
        });
    text.split_at(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(texts: &[&str]) -> Vec<Match> {
        let of = |text: &&str| Match {
            text: (*text).to_owned(),
            kind: "function",
        };
        texts.iter().map(of).collect()
    }

    /// Asks all questions; the answers of a real session in small.
    fn filled() -> CompletionCache {
        let mut cache = CompletionCache::new(vec!["data".to_owned(), "Tensor".to_owned()]);
        cache.update(HashMap::from([("größe".to_owned(), "Tensor".to_owned())]));
        while let Some(question) = cache.question() {
            let answer = match question.code().as_str() {
                "größe." => matches(&["matmul", "max", "dims"]),
                "use eosin::prelude::*;\nTensor::" => matches(&["zeros", "ones"]),
                "" => matches(&["größe", "Tensor"]),
                _ => Vec::new(),
            };
            cache.learn(question, answer);
        }
        cache
    }

    #[test]
    fn members_contents_and_names_are_completed_from_the_cache() {
        let cache = filled();
        let texts = |code: &str| -> Vec<String> {
            let completed = cache.complete(code, code.len()).unwrap();
            assert_eq!(completed.end, code.len());
            completed.matches.into_iter().map(|one| one.text).collect()
        };
        assert_eq!(texts("let y = größe.ma"), ["matmul", "max"]);
        assert_eq!(texts("Tensor::z"), ["zeros"]);
        assert_eq!(texts("(grö"), ["größe"]);
        assert!(cache.complete("other.x", 7).is_none());
    }

    #[test]
    fn a_cell_makes_names_and_types_of_the_learner_unknown() {
        let mut cache = filled();
        cache.update(HashMap::from([("p".to_owned(), "P".to_owned())]));
        assert!(matches!(cache.question(), Some(Question::Members { of, .. }) if of == "P"));
        assert!(cache.complete("p.", 2).is_none());
        // The names of before, and the variables of now.
        assert_eq!(cache.complete("p", 1).unwrap().matches.len(), 1);
        assert_eq!(cache.complete("T", 1).unwrap().matches.len(), 1);
    }
}
