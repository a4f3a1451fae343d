// The module `_pocket`: what Python gets of the host.

#include "host.h"

#include "py/mphal.h"
#include "py/runtime.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POCKET(name) __attribute__((import_module("pocket"), import_name(#name)))

POCKET(log) void pocket_log(int level, const char *line, size_t length);
POCKET(host_call) int pocket_host_call(const char *question, size_t length);
POCKET(host_take) int pocket_host_take(char *at, size_t room);
POCKET(stream_read) int pocket_stream_read(char *at, size_t room);
POCKET(stream_write) int pocket_stream_write(const char *from, size_t length);

extern char **environ;

void host_log(int level, const char *line, size_t length) {
    pocket_log(level, line, length);
}

// Python's stdout.
mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t length) {
    ssize_t written = write(STDOUT_FILENO, text, length);
    return written < 0 ? 0 : (mp_uint_t)written;
}

void mp_hal_stdout_tx_strn_cooked(const char *text, size_t length) {
    mp_hal_stdout_tx_strn(text, length);
}

static mp_obj_t say(mp_obj_t level, mp_obj_t line) {
    size_t length;
    const char *text = mp_obj_str_get_data(line, &length);
    host_log(mp_obj_get_int(level), text, length);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(say_object, say);

static mp_obj_t ask(mp_obj_t question) {
    size_t length;
    const char *text = mp_obj_str_get_data(question, &length);
    int size = pocket_host_call(text, length);
    if (size < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("the question to the host is too large"));
    }
    vstr_t answer;
    vstr_init_len(&answer, size);
    pocket_host_take(vstr_str(&answer), size);
    return mp_obj_new_str_from_utf8_vstr(&answer);
}
static MP_DEFINE_CONST_FUN_OBJ_1(ask_object, ask);

// Bytes of the stream, none at its end; None in a call without streams.
static mp_obj_t read_stream(mp_obj_t most) {
    vstr_t bytes;
    vstr_init_len(&bytes, mp_obj_get_int(most));
    int length = pocket_stream_read(vstr_str(&bytes), vstr_len(&bytes));
    if (length < 0) {
        return mp_const_none;
    }
    bytes.len = length;
    return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(read_stream_object, read_stream);

// Whether the call has a stream to write to.
static mp_obj_t write_stream(mp_obj_t data) {
    if (mp_obj_is_str(data)) {
        mp_raise_TypeError(MP_ERROR_TEXT("a stream is made of bytes; write text.encode()"));
    }
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(data, &bytes, MP_BUFFER_READ);
    return mp_obj_new_bool(pocket_stream_write(bytes.buf, bytes.len) >= 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(write_stream_object, write_stream);

vstr_t host_traceback(mp_obj_t error) {
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 256, &print);
    mp_obj_print_exception(&print, error);
    return text;
}

static mp_obj_t traceback(mp_obj_t error) {
    vstr_t text = host_traceback(error);
    return mp_obj_new_str_from_vstr(&text);
}
static MP_DEFINE_CONST_FUN_OBJ_1(traceback_object, traceback);

static mp_obj_t environment(void) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
        mp_obj_list_append(list, mp_obj_new_str(*variable, strlen(*variable)));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_0(environment_object, environment);

static mp_obj_t entropy(mp_obj_t count) {
    vstr_t bytes;
    vstr_init_len(&bytes, mp_obj_get_int(count));
    for (size_t done = 0; done < bytes.len; done += 256) {
        if (getentropy(bytes.buf + done, MIN(bytes.len - done, 256)) != 0) {
            mp_raise_OSError(errno);
        }
    }
    return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(entropy_object, entropy);

// xoroshiro128+, <https://prng.di.unimi.it/xoroshiro128plus.c>
static uint64_t state[2];
static bool is_seeded;

void host_forget_random(void) {
    is_seeded = false;
}

static uint64_t rotate(uint64_t word, int by) {
    return word << by | word >> (64 - by);
}

static uint64_t next(void) {
    if (!is_seeded) {
        if (getentropy(state, sizeof state) != 0) {
            mp_raise_OSError(errno);
        }
        is_seeded = true;
    }
    uint64_t sum = state[0] + state[1];
    uint64_t both = state[0] ^ state[1];
    state[0] = rotate(state[0], 24) ^ both ^ both << 16;
    state[1] = rotate(both, 37);
    return sum;
}

static mp_obj_t fraction(void) {
    return mp_obj_new_float((double)(next() >> 11) * 0x1p-53);
}
static MP_DEFINE_CONST_FUN_OBJ_0(fraction_object, fraction);

static mp_obj_t word(void) {
    return mp_obj_new_int_from_uint(next() >> 32);
}
static MP_DEFINE_CONST_FUN_OBJ_0(word_object, word);

static mp_obj_t seed(mp_obj_t number) {
    uint64_t mixed = mp_obj_int_get_truncated(number);
    for (int half = 0; half < 2; half++) {
        // SplitMix64, <https://prng.di.unimi.it/splitmix64.c>
        uint64_t z = mixed += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        state[half] = z ^ z >> 31;
    }
    is_seeded = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(seed_object, seed);

bool host_has_started;

static mp_obj_t has_started(void) {
    return mp_obj_new_bool(host_has_started);
}
static MP_DEFINE_CONST_FUN_OBJ_0(has_started_object, has_started);

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static mp_obj_t wall(void) {
    return mp_obj_new_float(seconds(CLOCK_REALTIME));
}
static MP_DEFINE_CONST_FUN_OBJ_0(wall_object, wall);

static mp_obj_t monotonic(void) {
    return mp_obj_new_float(seconds(CLOCK_MONOTONIC));
}
static MP_DEFINE_CONST_FUN_OBJ_0(monotonic_object, monotonic);

static mp_obj_t pause_for(mp_obj_t duration) {
    double wanted = mp_obj_get_float(duration);
    if (wanted < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("sleep length must be non-negative"));
    }
    struct timespec time = { .tv_sec = (time_t)wanted };
    time.tv_nsec = (long)((wanted - (double)time.tv_sec) * 1e9);
    nanosleep(&time, NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pause_object, pause_for);

static const mp_rom_map_elem_t names[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__pocket) },
    { MP_ROM_QSTR(MP_QSTR_log), MP_ROM_PTR(&say_object) },
    { MP_ROM_QSTR(MP_QSTR_ask), MP_ROM_PTR(&ask_object) },
    { MP_ROM_QSTR(MP_QSTR_read_stream), MP_ROM_PTR(&read_stream_object) },
    { MP_ROM_QSTR(MP_QSTR_write_stream), MP_ROM_PTR(&write_stream_object) },
    { MP_ROM_QSTR(MP_QSTR_traceback), MP_ROM_PTR(&traceback_object) },
    { MP_ROM_QSTR(MP_QSTR_environ), MP_ROM_PTR(&environment_object) },
    { MP_ROM_QSTR(MP_QSTR_entropy), MP_ROM_PTR(&entropy_object) },
    { MP_ROM_QSTR(MP_QSTR_random), MP_ROM_PTR(&fraction_object) },
    { MP_ROM_QSTR(MP_QSTR_bits32), MP_ROM_PTR(&word_object) },
    { MP_ROM_QSTR(MP_QSTR_seed), MP_ROM_PTR(&seed_object) },
    { MP_ROM_QSTR(MP_QSTR_has_started), MP_ROM_PTR(&has_started_object) },
    { MP_ROM_QSTR(MP_QSTR_time), MP_ROM_PTR(&wall_object) },
    { MP_ROM_QSTR(MP_QSTR_monotonic), MP_ROM_PTR(&monotonic_object) },
    { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&pause_object) },
};
static MP_DEFINE_CONST_DICT(globals, names);

const mp_obj_module_t pocket_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR__pocket, pocket_module);
