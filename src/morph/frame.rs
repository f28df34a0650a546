//! How to look at neighbours without looking over the edge.

use super::Connectivity;

/// An image with a frame of one pixel around it, so that every pixel of the image has all its neighbours.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    height: usize,
    width: usize,
}

impl Frame {
    /// For images of this size.
    pub fn around((height, width): (usize, usize)) -> Self {
        Frame { height, width }
    }

    fn stride(self) -> usize {
        self.width + 2
    }

    /// The places of the image's pixels within the frame, row by row.
    pub fn places(self) -> impl DoubleEndedIterator<Item = usize> {
        (1..=self.height).flat_map(move |row| {
            let start = row * self.stride() + 1;
            start..start + self.width
        })
    }

    /// The pixels, framed.
    pub fn put<T: Copy>(self, pixels: &[T], frame: T) -> Vec<T> {
        let mut framed = vec![frame; self.stride() * (self.height + 2)];
        // An image without columns has no rows to copy.
        let rows = pixels.chunks_exact(self.width.max(1));
        for (row, framed) in rows.zip(framed.chunks_exact_mut(self.stride()).skip(1)) {
            framed[1..=self.width].copy_from_slice(row);
        }
        framed
    }

    /// The pixels without their frame.
    pub fn take<T: Copy>(self, framed: &[T]) -> Vec<T> {
        let rows = framed.chunks_exact(self.stride()).skip(1).take(self.height);
        rows.flat_map(|row| &row[1..=self.width]).copied().collect()
    }

    /// How far neighbours are away in memory. The order decides ties; it is scikit-image's: nearer ones first, then row by row.
    pub fn neighbours(self, connectivity: Connectivity) -> Vec<isize> {
        let down = self.stride() as isize;
        let mut offsets = vec![-down, -1, 1, down];
        if connectivity == Connectivity::Eight {
            offsets.extend([-down - 1, -down + 1, down - 1, down + 1]);
        }
        offsets
    }

    /// Those of the eight neighbours that come later when you read the image row by row; the others are as far away in the other
    /// direction.
    pub fn later_neighbours(self) -> [isize; 4] {
        let down = self.stride() as isize;
        [1, down - 1, down, down + 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_put_on_and_taken_off_again_also_from_nothing() {
        for (height, width) in [(2, 3), (1, 1), (0, 3), (3, 0)] {
            let frame = Frame::around((height, width));
            let pixels: Vec<usize> = (1..=height * width).collect();
            let framed = frame.put(&pixels, 0);
            assert_eq!(framed.len(), (height + 2) * (width + 2));
            assert_eq!(frame.take(&framed), pixels);
            let places: Vec<usize> = frame.places().map(|place| framed[place]).collect();
            assert_eq!(places, pixels);
        }
    }
}
