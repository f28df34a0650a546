//! NumPy's arrays of integers: the npy format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
//!
//! candle reads npy files, too, but neither Fortran's order nor all types of integers.

use std::io::Read;

/// The codes of the types in a file, without the order of their bytes, and their names in NumPy.
const TYPES: [(&str, &str); 12] = [
    ("b1", "bool"),
    ("u1", "uint8"),
    ("u2", "uint16"),
    ("u4", "uint32"),
    ("u8", "uint64"),
    ("i1", "int8"),
    ("i2", "int16"),
    ("i4", "int32"),
    ("i8", "int64"),
    ("f2", "float16"),
    ("f4", "float32"),
    ("f8", "float64"),
];

/// An array whose elements are in C's order: the last index counts fastest.
#[derive(Debug)]
pub(super) struct Array {
    pub sizes: Vec<usize>,
    /// NumPy's name of the type.
    pub kind: &'static str,
    /// Bytes for each element.
    width: usize,
    /// The lowest byte of each element first.
    bytes: Vec<u8>,
}

impl Array {
    /// Reads an npy file; the error is the reason why it cannot be read.
    pub fn read(mut file: impl Read) -> Result<Self, String> {
        let header = read_header(&mut file)?;
        let value = |key: &str| {
            value(&header, key).ok_or_else(|| format!("its header has no `{key}`: `{header}`"))
        };
        let sizes = sizes(value("shape")?)
            .ok_or_else(|| format!("its header has a wrong shape: `{header}`"))?;
        let code = value("descr")?.trim_matches('\'');
        let (_, kind) = TYPES
            .into_iter()
            .find(|(name, _)| *name == code.trim_start_matches(['<', '>', '|', '=']))
            .ok_or_else(|| format!("its elements are of type `{code}`, not numbers"))?;
        let width = code
            .chars()
            .last()
            .and_then(|digit| digit.to_digit(10))
            .unwrap_or(1) as usize;
        let wanted = sizes
            .iter()
            .try_fold(width, |all, &size| all.checked_mul(size));
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        if wanted != Some(bytes.len()) {
            return Err(format!(
                "its sizes are {sizes:?} and its type is {kind}, but it holds {} bytes: it is cut short or damaged",
                bytes.len()
            ));
        }
        if code.starts_with('>') {
            bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
        }
        if value("fortran_order")? == "True" {
            bytes = in_c_order(&bytes, &sizes, width);
        }
        Ok(Array {
            sizes,
            kind,
            width,
            bytes,
        })
    }

    /// The elements as signed integers, unless they are floating-point numbers. A uint64 too large for that becomes negative.
    pub fn integers(&self) -> Option<Vec<i64>> {
        let is_signed = self.kind.starts_with("int");
        let integer = |bytes: &[u8]| {
            // The sign fills the bytes above.
            let is_negative = is_signed && bytes.last().is_some_and(|&high| high > 127);
            let mut wide = [if is_negative { 255 } else { 0 }; 8];
            wide[..bytes.len()].copy_from_slice(bytes);
            i64::from_le_bytes(wide)
        };
        let elements = self.bytes.chunks_exact(self.width);
        (!self.kind.starts_with("float")).then(|| elements.map(integer).collect())
    }

    /// The elements, if they are of type uint8.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        (self.kind == "uint8").then_some(self.bytes)
    }
}

/// The header: a dictionary as Python writes it, such as `{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }`.
fn read_header(file: &mut impl Read) -> Result<String, String> {
    let mut take = |count: u64| -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        match file.take(count).read_to_end(&mut bytes) {
            Ok(read) if read as u64 == count => Ok(bytes),
            Ok(_) => Err("it is cut short in its header".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    };
    let start = take(8)?;
    if !start.starts_with(b"\x93NUMPY") {
        return Err("it does not begin like an npy file".to_owned());
    }
    // Version 1 gives the header's length as two bytes, later ones as four; the lowest is the first.
    let length = take(if start[6] == 1 { 2 } else { 4 })?;
    let length = length
        .iter()
        .rev()
        .fold(0, |all, &byte| all << 8 | u64::from(byte));
    let header = take(length)?;
    Ok(String::from_utf8_lossy(&header).trim().to_owned())
}

/// What follows a key in the header: a tuple, or anything up to a comma.
fn value<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{key}':"))?;
    let rest = rest.trim_start();
    let end = match rest.starts_with('(') {
        true => rest.find(')')? + 1,
        false => rest.find([',', '}'])?,
    };
    Some(rest[..end].trim())
}

/// A tuple such as `(2, 3)`, `(2,)` or `()`.
fn sizes(tuple: &str) -> Option<Vec<usize>> {
    let inner = tuple.strip_prefix('(')?.strip_suffix(')')?;
    let sizes = inner.split(',').map(str::trim);
    sizes
        .filter(|size| !size.is_empty())
        .map(|size| size.parse().ok())
        .collect()
}

/// The elements of an array in Fortran's order, in which the first index counts fastest.
fn in_c_order(bytes: &[u8], sizes: &[usize], width: usize) -> Vec<u8> {
    let mut ordered = Vec::with_capacity(bytes.len());
    let mut index = vec![0; sizes.len()];
    // Where the element at `index` begins in `bytes`.
    let mut place = 0;
    while ordered.len() < bytes.len() {
        ordered.extend_from_slice(&bytes[place..place + width]);
        for axis in (0..sizes.len()).rev() {
            let step = width * sizes[..axis].iter().product::<usize>();
            index[axis] += 1;
            place += step;
            if index[axis] < sizes[axis] {
                break;
            }
            // As an odometer: this index begins again, and the one before it counts.
            place -= step * sizes[axis];
            index[axis] = 0;
        }
    }
    ordered
}

/// An npy file with this code of a type, whether it is in Fortran's order, this tuple of sizes, and these bytes.
#[cfg(test)]
pub(super) fn npy(code: &str, is_fortran: bool, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let order = if is_fortran { "True" } else { "False" };
    let header = format!("{{'descr': '{code}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [
        b"\x93NUMPY\x01\x00",
        length.as_slice(),
        header.as_bytes(),
        bytes,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: &str, is_fortran: bool, shape: &str, bytes: &[u8]) -> Array {
        Array::read(npy(code, is_fortran, shape, bytes).as_slice()).unwrap()
    }

    #[test]
    fn all_integers_are_read_in_both_byte_orders() {
        for (code, bytes) in [
            ("|b1", &[1u8, 0][..]),
            ("|u1", &[1, 0]),
            ("|i1", &[1, 0]),
            ("<u2", &[1, 0, 0, 0]),
            (">u2", &[0, 1, 0, 0]),
            ("<i4", &[1, 0, 0, 0, 0, 0, 0, 0]),
            (">i4", &[0, 0, 0, 1, 0, 0, 0, 0]),
            ("<u8", &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            (">i8", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            let array = read(code, false, "(2,)", bytes);
            assert_eq!(array.integers().unwrap(), [1, 0], "{code}");
        }
        assert_eq!(
            read("<i2", false, "(2,)", &[0xfe, 0xff, 0, 1])
                .integers()
                .unwrap(),
            [-2, 256]
        );
        let float = read("<f4", false, "(1,)", &[0; 4]);
        assert_eq!((float.kind, float.integers()), ("float32", None));
    }

    #[test]
    fn fortran_order_gives_the_same_array() {
        // [[0, 1, 2], [3, 4, 5]], column by column.
        let array = read("|u1", true, "(2, 3)", &[0, 3, 1, 4, 2, 5]);
        assert_eq!(array.into_bytes().unwrap(), [0, 1, 2, 3, 4, 5]);
        let wide = read("<u2", true, "(2, 2)", &[0, 0, 2, 0, 1, 0, 3, 0]);
        assert_eq!(wide.integers().unwrap(), [0, 1, 2, 3]);
        // (2, 3, 4), where an element is its index in C's order.
        let elements: Vec<u8> = (0..24)
            .map(|place| 12 * (place % 2) + 4 * (place / 2 % 3) + place / 6)
            .collect();
        let array = read("|u1", true, "(2, 3, 4)", &elements);
        assert_eq!(array.into_bytes().unwrap(), (0..24).collect::<Vec<u8>>());
        assert_eq!(read("|u1", true, "(0, 3)", &[]).sizes, [0, 3]);
        assert_eq!(read("|u1", true, "()", &[7]).integers().unwrap(), [7]);
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let whole = npy("|u1", false, "(2, 3)", &[0; 6]);
        for (bytes, wanted) in [
            (&b"text"[..], "cut short in its header"),
            (b"a longer text", "does not begin like an npy file"),
            (&whole[..20], "cut short in its header"),
            (&whole[..whole.len() - 1], "holds 5 bytes: it is cut short"),
            (
                &npy("|u1", false, "(9223372036854775807, 4)", &[0; 6]),
                "it is cut short or damaged",
            ),
            (&npy("|u1", false, "(-1,)", &[]), "wrong shape"),
            (&npy("|O", false, "(1,)", &[]), "type `|O`, not numbers"),
            (&npy("é", false, "(1,)", &[]), "type `é`, not numbers"),
        ] {
            let error = Array::read(bytes).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
