// Other sizes of an image by weighted sums along rows and columns: see resample.rs.

// The sources of row `y` are numbers `starts[y]` to below `starts[y + 1]` of `sources` and `weights`; those of the columns
// follow.
extern "C" __global__ void resample(const Number* input, Number* result, const unsigned* starts, const unsigned* sources,
                                    const double* weights, unsigned count, unsigned height, unsigned width,
                                    unsigned new_height, unsigned new_width) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const Number* plane = input + place / (new_width * new_height) * height * width;
    const unsigned* rows = starts + place / new_width % new_height;
    const unsigned* columns = starts + new_height + 1 + place % new_width;
    Number sum = 0;
    for (unsigned y = rows[0]; y < rows[1]; ++y) {
        Number of_row = 0;
        for (unsigned x = columns[0]; x < columns[1]; ++x) {
            of_row += plane[sources[y] * width + sources[x]] * Number(weights[x]);
        }
        sum += of_row * Number(weights[y]);
    }
    result[place] = sum;
}
