/* lines.wasm is this file, with the lines of a function that was inlined into another:
 *
 *     python3 -m ziglang cc -target wasm32-freestanding -nostdlib -O1 -gline-tables-only \
 *       -ffile-prefix-map=$PWD=. -Wl,--no-entry -Wl,--export=__pocket_call -Wl,--export=__pocket_alloc \
 *       -o lines.wasm lines.c
 */
static inline __attribute__((always_inline)) void inner(unsigned length) {
    if (length > 1) __builtin_trap();
}

__attribute__((noinline)) void outer(unsigned length) {
    inner(length);
}

unsigned __pocket_alloc(unsigned length) {
    return length < 4096 ? 1024 : 0;
}

unsigned long long __pocket_call(unsigned at, unsigned length) {
    outer(length);
    return at;
}
