// Stands in for the C library's header, which wants WebAssembly's exceptions. LLVM rewrites each use
// of these two into calls of what unwind.c defines (`-enable-emscripten-sjlj`).

#ifndef POCKET_SETJMP_H
#define POCKET_SETJMP_H

#include <stdint.h>

typedef struct {
    void *function;
    uint32_t label;
    int value;
} jmp_buf[1];

int setjmp(jmp_buf environment) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf environment, int value);

#endif
