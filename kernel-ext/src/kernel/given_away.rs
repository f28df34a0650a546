//! Variables that a cell has given away.
//!
//! In Python a variable stays. Here it is gone when a cell has moved its value, and the next cell that uses it does not
//! compile: the compiler, which sees each cell alone, can only say that there is no such name.

use std::collections::HashSet;

#[derive(Default)]
pub struct GivenAway {
    present: HashSet<String>,
    gone: HashSet<String>,
}

impl GivenAway {
    /// A cell has run: these variables there are now. One that stopped on its way may have lost what it was about to make
    /// anew, which is not given away.
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
        *self = GivenAway::default();
    }

    pub fn contains(&self, name: &str) -> bool {
        self.gone.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::GivenAway;

    #[test]
    fn a_name_is_given_away_until_it_is_made_again() {
        let mut given_away = GivenAway::default();
        let mut update = |names: &[&str]| {
            given_away.update(names.iter().map(|name| (*name).to_owned()), false);
            ["red", "green"].map(|name| given_away.contains(name))
        };
        assert_eq!(update(&["red", "green"]), [false, false]);
        assert_eq!(update(&["green"]), [true, false]);
        assert_eq!(update(&[]), [true, true]);
        assert_eq!(update(&["red"]), [false, true]);
        given_away.update(std::iter::empty(), true);
        assert!(!given_away.contains("red"), "the cell stopped");
        given_away.forget();
        assert!(!given_away.contains("green"));
    }
}
