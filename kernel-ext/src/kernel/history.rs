//! What was run in this session.

use jupyter_protocol::{HistoryEntry, HistoryRequest};

/// The inputs of the session, oldest first.
#[derive(Default)]
pub struct History {
    inputs: Vec<(usize, String)>,
}

/// The protocol counts sessions; a kernel knows only its own.
const SESSION: usize = 1;

impl History {
    pub fn push(&mut self, count: usize, code: &str) {
        self.inputs.push((count, code.to_owned()));
    }

    /// The entries that a client asked for, oldest first.
    pub fn answer(&self, request: &HistoryRequest) -> Vec<HistoryEntry> {
        let limit = |n: i32| usize::try_from(n).unwrap_or(usize::MAX);
        let (chosen, output): (Vec<_>, bool) = match request {
            HistoryRequest::Tail { n, output, .. } => {
                (self.last(self.inputs.iter().collect(), limit(*n)), *output)
            }
            HistoryRequest::Range {
                session,
                start,
                stop,
                output,
                ..
            } => {
                let own = session.is_none_or(|session| session == 0 || session == SESSION as i32);
                let stop = if *stop <= 0 { i32::MAX } else { *stop };
                let inside = |count: usize| {
                    (*start..stop).contains(&i32::try_from(count).unwrap_or(i32::MAX))
                };
                (
                    self.inputs
                        .iter()
                        .filter(|(count, _)| own && inside(*count))
                        .collect(),
                    *output,
                )
            }
            HistoryRequest::Search {
                pattern,
                unique,
                output,
                n,
                ..
            } => {
                let mut found: Vec<_> = self
                    .inputs
                    .iter()
                    .filter(|(_, code)| matches(pattern, code))
                    .collect();
                if *unique {
                    let mut seen = std::collections::HashSet::new();
                    found.reverse();
                    found.retain(|(_, code)| seen.insert(code));
                    found.reverse();
                }
                (
                    self.last(found, if *n == 0 { usize::MAX } else { limit(*n) }),
                    *output,
                )
            }
        };
        chosen
            .into_iter()
            .map(|(count, code)| match output {
                true => HistoryEntry::InputOutput(SESSION, *count, (code.clone(), String::new())),
                false => HistoryEntry::Input(SESSION, *count, code.clone()),
            })
            .collect()
    }

    fn last<T>(&self, mut entries: Vec<T>, n: usize) -> Vec<T> {
        entries.split_off(entries.len().saturating_sub(n))
    }
}

/// Shell patterns, as IPython takes them: `*` is any text, `?` any character.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pattern = pattern.chars();
    match pattern.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = pattern.as_str();
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .any(|at| matches(rest, &text[at..]))
        }
        Some(wanted) => {
            let mut characters = text.chars();
            characters
                .next()
                .is_some_and(|first| wanted == '?' || wanted == first)
                && matches(pattern.as_str(), characters.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_and_search_give_the_newest_in_order() {
        let mut history = History::default();
        for (index, code) in ["let a = 1;", "a + 1", "let b = 2;", "a + 1"]
            .into_iter()
            .enumerate()
        {
            history.push(index + 1, code);
        }
        let inputs = |entries: Vec<HistoryEntry>| -> Vec<usize> {
            entries
                .into_iter()
                .map(|entry| match entry {
                    HistoryEntry::Input(_, count, _) | HistoryEntry::InputOutput(_, count, _) => {
                        count
                    }
                })
                .collect()
        };
        let search = |pattern: &str, unique| HistoryRequest::Search {
            pattern: pattern.to_owned(),
            unique,
            output: false,
            raw: true,
            n: 10,
        };
        assert_eq!(
            inputs(history.answer(&HistoryRequest::Tail {
                n: 2,
                output: false,
                raw: true
            })),
            [3, 4]
        );
        assert_eq!(inputs(history.answer(&search("let*", false))), [1, 3]);
        assert_eq!(inputs(history.answer(&search("a + ?", true))), [4]);
        let range = HistoryRequest::Range {
            session: None,
            start: 2,
            stop: 4,
            output: false,
            raw: true,
        };
        assert_eq!(inputs(history.answer(&range)), [2, 3]);
    }
}
