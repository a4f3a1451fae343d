// The exports of Pocket's plugin ABI 1 around one Python function: `pocket_plugin._serve.answer`,
// which gets the text of a request and gives that of the response.

#include "host.h"
#include "sources.h"

#include "py/builtin.h"
#include "py/compile.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/objmodule.h"
#include "py/runtime.h"
#include "py/stackctrl.h"

#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))

// Enough for the engine and a plugin of some modules; a larger one makes it grow.
enum { HEAP_BYTES = 256 << 10 };
// What Python may use of the C stack, of which the linker gives twice as much.
enum { STACK_BYTES = 512 << 10 };

static char *request;
static char heap[HEAP_BYTES] __attribute__((aligned(16)));

MP_REGISTER_ROOT_POINTER(mp_obj_t pocket_answer);
MP_REGISTER_ROOT_POINTER(mp_obj_t pocket_response);

EXPORT(__pocket_alloc) char *pocket_alloc(size_t size) {
    free(request);
    request = malloc(size + 1);
    if (request != NULL) {
        request[size] = '\0';
    }
    return request;
}

static void log_exception(mp_obj_t error) {
    vstr_t text = host_traceback(error);
    host_log(HOST_ERROR, vstr_str(&text), vstr_len(&text));
}

static void start(size_t length) {
    sources_set(request, length);
    mp_obj_t serve = mp_import_name(
        qstr_from_str("pocket_plugin._serve"), mp_const_true, MP_OBJ_NEW_SMALL_INT(0));
    mp_call_function_0(mp_load_attr(serve, MP_QSTR_start));
    MP_STATE_VM(pocket_answer) = mp_load_attr(serve, MP_QSTR_answer);
    host_has_started = true;
}

EXPORT(__pocket_init) int pocket_init(char *at, size_t length) {
    (void)at;
    mp_stack_ctrl_init();
    mp_stack_set_limit(STACK_BYTES);
    gc_init(heap, heap + sizeof heap);
    mp_init();
    nlr_buf_t guard;
    if (nlr_push(&guard) == 0) {
        start(length);
        nlr_pop();
        return 1;
    }
    log_exception(MP_OBJ_FROM_PTR(guard.ret_val));
    return 0;
}

static uint64_t give(const char *text, size_t length) {
    return (uint64_t)(uintptr_t)text << 32 | length;
}

static uint64_t failed(void) {
    static const char text[] = "{\"success\":false,\"error\":\"Python ended while it answered; the log says why\"}";
    return give(text, sizeof text - 1);
}

EXPORT(__pocket_call) uint64_t pocket_call(char *at, size_t length) {
    (void)at;
    mp_stack_ctrl_init();
    MP_STATE_VM(pocket_response) = MP_OBJ_NULL;
    nlr_buf_t guard;
    if (nlr_push(&guard) == 0) {
        mp_obj_t response =
            mp_call_function_1(MP_STATE_VM(pocket_answer), mp_obj_new_str(request, length));
        size_t size;
        const char *text = mp_obj_str_get_data(response, &size);
        nlr_pop();
        MP_STATE_VM(pocket_response) = response;
        return give(text, size);
    }
    log_exception(MP_OBJ_FROM_PTR(guard.ret_val));
    return failed();
}

EXPORT(__pocket_resume) void pocket_resume(void) {
    host_forget_random();
}

void gc_collect(void) {
    char *top = MP_STATE_THREAD(stack_top);
    // Wider than a pointer, so that what is scanned begins where a pointer can.
    volatile uint64_t bottom = 0;
    void **from = (void **)&bottom;
    gc_collect_start();
    gc_collect_root(from, ((uintptr_t)top - (uintptr_t)from) / sizeof(void *));
    gc_collect_end();
}

void nlr_jump_fail(void *value) {
    log_exception(MP_OBJ_FROM_PTR(value));
    abort();
}

// The host's limit of memory is the only one.
size_t gc_get_max_new_split(void) {
    return SIZE_MAX / 8;
}
