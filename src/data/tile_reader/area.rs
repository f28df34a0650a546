//! A part of an image.

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub top: usize,
    pub left: usize,
    pub height: usize,
    pub width: usize,
}

impl Area {
    pub fn bottom(&self) -> usize {
        self.top + self.height
    }

    pub fn right(&self) -> usize {
        self.left + self.width
    }

    /// What two areas that meet have in common.
    pub fn common(&self, other: &Area) -> Area {
        let (top, left) = (self.top.max(other.top), self.left.max(other.left));
        Area {
            top,
            left,
            height: self.bottom().min(other.bottom()) - top,
            width: self.right().min(other.right()) - left,
        }
    }
}
