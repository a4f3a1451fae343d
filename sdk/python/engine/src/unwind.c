// Python's exceptions without WebAssembly's: a jump out of several functions is each of them
// returning at once.
//
// LLVM makes of a call beside a `setjmp` an `__invoke_...`, after which it looks into `__THREW__`, and
// of `longjmp` an `emscripten_longjmp`. What is in between returns by itself, thanks to
// `wasm-opt --asyncify`: while the state is "unwinding", every function saves its locals to a buffer
// and returns. They are never wanted back, so the buffer is used from its beginning each time.
// <https://github.com/WebAssembly/binaryen/blob/main/src/passes/Asyncify.cpp>

#include "setjmp.h"

#include <stdbool.h>

#define ASYNCIFY(name) __attribute__((import_module("asyncify"), import_name(#name)))

// The most that was seen is 640 KiB, from JSON as deep as Python's part of the C stack lets it be.
enum { BUFFER_BYTES = 1 << 20 };

ASYNCIFY(start_unwind) void start_unwind(void *buffer);
ASYNCIFY(stop_unwind) void stop_unwind(void);

// Names that LLVM's code has.
uintptr_t __THREW__;
int __threwValue;

static unsigned char locals[BUFFER_BYTES];
static struct {
    unsigned char *at;
    unsigned char *end;
} buffer;

void __wasm_setjmp(jmp_buf environment, uint32_t label, void *function) {
    environment->function = function;
    environment->label = label;
}

uint32_t __wasm_setjmp_test(jmp_buf environment, void *function) {
    return environment->function == function ? environment->label : 0;
}

static bool is_unwinding;
static int temporary;

void setTempRet0(int value) {
    temporary = value;
}

int getTempRet0(void) {
    return temporary;
}

void emscripten_longjmp(uintptr_t environment, int value) {
    __THREW__ = environment;
    __threwValue = value;
    buffer.at = locals;
    buffer.end = locals + sizeof locals;
    is_unwinding = true;
    start_unwind(&buffer);
}

static inline uintptr_t stack_pointer(void) {
    uintptr_t at;
    __asm__ volatile("global.get __stack_pointer\n local.set %0" : "=r"(at));
    return at;
}

// The functions that returned early left the C stack where they had it.
static inline void stop(uintptr_t stack) {
    if (is_unwinding) {
        is_unwinding = false;
        stop_unwind();
        __asm__ volatile("local.get %0\n global.set __stack_pointer" : : "r"(stack));
    }
}

#define INVOKE_VOID(name, parameters, call) \
    void name parameters {                  \
        uintptr_t stack = stack_pointer();  \
        call;                               \
        stop(stack);                        \
    }
#define INVOKE(name, parameters, call)      \
    int name parameters {                   \
        uintptr_t stack = stack_pointer();  \
        int result = call;                  \
        stop(stack);                        \
        return result;                      \
    }

// One for each shape of function that MicroPython calls beside a `setjmp`; where one is missing, the
// module imports it, and the host refuses the module with its name.
INVOKE_VOID(invoke_v, (void (*f)(void)), f())
INVOKE_VOID(invoke_vi, (void (*f)(int), int a), f(a))
INVOKE_VOID(invoke_vii, (void (*f)(int, int), int a, int b), f(a, b))
INVOKE_VOID(invoke_viii, (void (*f)(int, int, int), int a, int b, int c), f(a, b, c))
INVOKE_VOID(invoke_viiii, (void (*f)(int, int, int, int), int a, int b, int c, int d), f(a, b, c, d))
INVOKE(invoke_i, (int (*f)(void)), f())
INVOKE(invoke_ii, (int (*f)(int), int a), f(a))
INVOKE(invoke_iii, (int (*f)(int, int), int a, int b), f(a, b))
INVOKE(invoke_iiii, (int (*f)(int, int, int), int a, int b, int c), f(a, b, c))
INVOKE(invoke_iiiii, (int (*f)(int, int, int, int), int a, int b, int c, int d), f(a, b, c, d))
