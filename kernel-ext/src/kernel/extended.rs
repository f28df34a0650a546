//! A cell with what the kernel adds to it, and the way back to what the learner wrote.

use std::ops::Range;

/// A cell as evcxr gets it.
pub struct Extended {
    pub code: String,
    /// The pieces of `code` that the learner did not write, in order.
    added: Vec<Range<usize>>,
}

impl Extended {
    /// Adds each text before the byte of the learner's code that stands with it.
    pub fn new(code: &str, mut additions: Vec<(usize, String)>) -> Self {
        additions.sort_by_key(|(place, _)| *place);
        let mut extended = Extended {
            code: code.to_owned(),
            added: Vec::new(),
        };
        let mut length = 0;
        for (place, text) in additions {
            let start = place + length;
            extended.code.insert_str(start, &text);
            extended.added.push(start..start + text.len());
            length += text.len();
        }
        extended
    }

    /// Where a byte stands in the learner's code. Added code stands where it was added.
    pub fn original(&self, offset: usize) -> usize {
        let before = self.added.iter().filter(|added| added.start < offset);
        let lengths = before.map(|added| added.end.min(offset) - added.start);
        offset - lengths.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::Extended;

    #[test]
    fn every_byte_finds_its_way_back() {
        let code = "let a = 1; impl A {} impl B {}";
        let places = [11, 21];
        let extended = Extended::new(code, places.map(|place| (place, "NEW ".to_owned())).into());
        assert_eq!(extended.code, "let a = 1; NEW impl A {} NEW impl B {}");
        for (offset, found) in extended.code.match_indices(['a', 'A', 'B']) {
            let original = extended.original(offset);
            assert_eq!(&code[original..original + 1], found);
        }
        assert_eq!(extended.original(13), 11);
        assert_eq!(Extended::new(code, Vec::new()).original(7), 7);
    }
}
