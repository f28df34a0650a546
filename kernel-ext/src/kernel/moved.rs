//! Variables that a cell has moved.
//!
//! In Python a variable stays. Here it is gone when a cell has moved its value, and the next cell that uses it does not
//! compile: the compiler sees each cell alone, and can only say that there is no such name.

use std::collections::HashSet;

#[derive(Default)]
pub struct Moved {
    present: HashSet<String>,
    gone: HashSet<String>,
}

impl Moved {
    /// A cell has run: these are the variables now. A cell that stopped on its way may lack a variable that it was about
    /// to make anew; that one was not moved.
    pub fn update(&mut self, names: impl Iterator<Item = String>, stopped: bool) {
        let now: HashSet<String> = names.collect();
        if !stopped {
            self.gone.extend(self.present.difference(&now).cloned());
        }
        self.gone.retain(|name| !now.contains(name));
        self.present = now;
    }

    /// All variables were lost.
    pub fn forget(&mut self) {
        *self = Moved::default();
    }

    pub fn contains(&self, name: &str) -> bool {
        self.gone.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Moved;

    #[test]
    fn a_name_is_moved_until_it_is_made_again() {
        let mut moved = Moved::default();
        let mut update = |names: &[&str]| {
            moved.update(names.iter().map(|name| (*name).to_owned()), false);
            ["red", "green"].map(|name| moved.contains(name))
        };
        assert_eq!(update(&["red", "green"]), [false, false]);
        assert_eq!(update(&["green"]), [true, false]);
        assert_eq!(update(&[]), [true, true]);
        assert_eq!(update(&["red"]), [false, true]);
        moved.update(std::iter::empty(), true);
        assert!(!moved.contains("red"), "the cell stopped");
        moved.forget();
        assert!(!moved.contains("green"));
    }
}
