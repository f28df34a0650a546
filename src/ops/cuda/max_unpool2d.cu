// Numbers go where indices say: see max_pool2d.rs. Of several with the same place the last one counts, as on the CPU, whichever
// thread comes first. So the first kernel finds the last index for each place, and the second one writes.

// `last` begins as zeros. Afterwards it has, for each place, one more than the index of its number within its plane.
extern "C" __global__ void last_at_place(const unsigned* places, unsigned* last, unsigned count, unsigned pixels,
                                         unsigned size) {
    const unsigned index = thread_number();
    if (index >= count) return;
    const unsigned place = places[index];
    unsigned* plane = last + index / pixels * size;
    if (place < size) {
        atomicMax(plane + place, index % pixels + 1);
    } else {
        // An error cannot be reported from here, so it shows in the result.
        atomicMax(plane, 0xffffffffU);
    }
}

extern "C" __global__ void max_unpool2d(const Number* input, const unsigned* last, Number* result, unsigned count,
                                        unsigned pixels, unsigned size) {
    const unsigned place = thread_number();
    if (place >= count) return;
    const unsigned index = last[place];
    if (index == 0xffffffffU) {
        result[place] = Number(0) / Number(0);
    } else {
        result[place] = index == 0 ? Number(0) : input[place / size * pixels + index - 1];
    }
}
