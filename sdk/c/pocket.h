/* pocket.h: make Pocket plugins in C99 or C++. One header, no library.
 *
 * Write a pocket_node for each node type, name them in POCKET_EXPORT, and build with
 *
 *     python -m ziglang cc -target wasm32-wasi -mexec-model=reactor -O2 -o dist/plugin.wasm plugin.c
 *
 * Every other target makes native code, where pocket_run answers a request: for unit tests.
 * Names that end with an underscore are the header's own. SPDX-License-Identifier: MIT */
#ifndef POCKET_H
#define POCKET_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- values: JSON that was checked, read where it lies ---- */

typedef enum {
    POCKET_MISSING,
    POCKET_NULL,
    POCKET_BOOL,
    POCKET_NUMBER,
    POCKET_STRING,
    POCKET_ARRAY,
    POCKET_OBJECT
} pocket_type;

/* One value of a JSON text, or none. It lives as long as the call. */
typedef struct {
    const char *at;
    const char *end;
} pocket_value;

/* Deeper values are refused: they would only be there to use up the stack. */
#define POCKET_MAX_DEPTH 100

static inline const char *pocket_blank_(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) at++;
    return at;
}

static inline int pocket_hex_(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/* The four digits at `at`, or -1. */
static inline long pocket_hex4_(const char *at, const char *end) {
    long code = 0;
    int i;
    if (end - at < 4) return -1;
    for (i = 0; i < 4; i++) {
        int digit = pocket_hex_(at[i]);
        if (digit < 0) return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* Gives where a string ends, its quotes included, or NULL. */
static inline const char *pocket_skip_string_(const char *at, const char *end) {
    for (at++; at < end; at++) {
        if (*at == '"') return at + 1;
        if ((unsigned char)*at < 0x20) return NULL;
        if (*at != '\\') continue;
        if (++at == end) return NULL;
        if (*at == 'u') {
            if (pocket_hex4_(at + 1, end) < 0) return NULL;
            at += 4;
        } else if (*at == '\0' || !strchr("\"\\/bfnrt", *at)) {
            return NULL;
        }
    }
    return NULL;
}

static inline const char *pocket_skip_digits_(const char *at, const char *end) {
    const char *first = at;
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at == first ? NULL : at;
}

static inline const char *pocket_skip_number_(const char *at, const char *end) {
    if (at < end && *at == '-') at++;
    if (at < end && *at == '0') {
        at++;
    } else if (!(at = pocket_skip_digits_(at, end))) {
        return NULL;
    }
    if (at < end && *at == '.' && !(at = pocket_skip_digits_(at + 1, end))) return NULL;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        at = pocket_skip_digits_(at, end);
    }
    return at;
}

static inline const char *pocket_skip_word_(const char *at, const char *end, const char *word) {
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && !memcmp(at, word, length) ? at + length : NULL;
}

/* Gives where the value at `at` ends, or NULL where it is not JSON. */
static inline const char *pocket_skip_(const char *at, const char *end, int depth) {
    char close;
    if (at == end || depth > POCKET_MAX_DEPTH) return NULL;
    switch (*at) {
    case '"': return pocket_skip_string_(at, end);
    case 't': return pocket_skip_word_(at, end, "true");
    case 'f': return pocket_skip_word_(at, end, "false");
    case 'n': return pocket_skip_word_(at, end, "null");
    case '[':
    case '{': break;
    default: return pocket_skip_number_(at, end);
    }
    close = *at == '[' ? ']' : '}';
    at = pocket_blank_(at + 1, end);
    if (at < end && *at == close) return at + 1;
    for (;;) {
        if (close == '}') {
            if (at == end || *at != '"' || !(at = pocket_skip_string_(at, end))) return NULL;
            at = pocket_blank_(at, end);
            if (at == end || *at++ != ':') return NULL;
            at = pocket_blank_(at, end);
        }
        if (!(at = pocket_skip_(at, end, depth + 1))) return NULL;
        at = pocket_blank_(at, end);
        if (at == end) return NULL;
        if (*at == close) return at + 1;
        if (*at != ',') return NULL;
        at = pocket_blank_(at + 1, end);
    }
}

static inline pocket_value pocket_none_(void) {
    pocket_value none = {NULL, NULL};
    return none;
}

/* Check a text; a missing value where it is not JSON, or too deep. */
static inline pocket_value pocket_parse(const char *text, size_t length) {
    pocket_value value;
    const char *end = text + length;
    value.at = pocket_blank_(text, end);
    value.end = pocket_skip_(value.at, end, 0);
    if (!value.end || pocket_blank_(value.end, end) != end) return pocket_none_();
    return value;
}

static inline pocket_type pocket_type_of(pocket_value value) {
    if (!value.at) return POCKET_MISSING;
    switch (*value.at) {
    case '"': return POCKET_STRING;
    case '[': return POCKET_ARRAY;
    case '{': return POCKET_OBJECT;
    case 'n': return POCKET_NULL;
    case 't':
    case 'f': return POCKET_BOOL;
    default: return POCKET_NUMBER;
    }
}

/* One character of a string, escaped or not, as bytes of UTF-8; gives their number. Half a
 * surrogate pair is U+FFFD. */
static inline int pocket_character_(const char **at, const char *end, char bytes[4]) {
    static const char escapes[] = "bfnrt", meant[] = "\b\f\n\r\t";
    const char *found;
    long code, low;
    if (**at != '\\') {
        bytes[0] = *(*at)++;
        return 1;
    }
    if ((*at)[1] != 'u') {
        found = strchr(escapes, (*at)[1]);
        bytes[0] = found ? meant[found - escapes] : (*at)[1];
        *at += 2;
        return 1;
    }
    code = pocket_hex4_(*at + 2, end);
    *at += 6;
    if (code >= 0xD800 && code < 0xE000) {
        low = end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? pocket_hex4_(*at + 2, end) : -1;
        if (code < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            *at += 6;
        } else {
            code = 0xFFFD;
        }
    }
    if (code < 0x80) {
        bytes[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        bytes[0] = (char)(0xE0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 63));
        bytes[2] = (char)(0x80 | (code & 63));
        return 3;
    }
    bytes[0] = (char)(0xF0 | code >> 18);
    bytes[1] = (char)(0x80 | (code >> 12 & 63));
    bytes[2] = (char)(0x80 | (code >> 6 & 63));
    bytes[3] = (char)(0x80 | (code & 63));
    return 4;
}

/* Whether a value is this string. */
static inline int pocket_is(pocket_value value, const char *text, size_t length) {
    const char *at, *end;
    char bytes[4];
    if (pocket_type_of(value) != POCKET_STRING) return 0;
    at = value.at + 1;
    end = value.end - 1;
    while (at < end) {
        size_t count = (size_t)pocket_character_(&at, end, bytes);
        if (count > length || memcmp(bytes, text, count)) return 0;
        text += count;
        length -= count;
    }
    return length == 0;
}

/* Goes through an array or an object: `item` starts as a missing value; 0 at the end. `key` may be NULL.
 *
 *     pocket_value item = {NULL, NULL}, key;
 *     while (pocket_each(object, &key, &item)) ... */
static inline int pocket_each(pocket_value all, pocket_value *key, pocket_value *item) {
    pocket_type type = pocket_type_of(all);
    const char *at;
    if (type != POCKET_ARRAY && type != POCKET_OBJECT) return 0;
    at = pocket_blank_(item->at ? item->end : all.at + 1, all.end);
    if (item->at && *at == ',') at = pocket_blank_(at + 1, all.end);
    if (*at == ']' || *at == '}') return 0;
    if (type == POCKET_OBJECT) {
        const char *end = pocket_skip_string_(at, all.end);
        if (key) {
            key->at = at;
            key->end = end;
        }
        at = pocket_blank_(end, all.end);
        at = pocket_blank_(at + 1, all.end);
    }
    item->at = at;
    item->end = pocket_skip_(at, all.end, 0);
    return 1;
}

static inline pocket_value pocket_member_(pocket_value object, const char *name, size_t length) {
    pocket_value item = {NULL, NULL}, key = {NULL, NULL}, found = {NULL, NULL};
    if (pocket_type_of(object) != POCKET_OBJECT) return found;
    while (pocket_each(object, &key, &item)) {
        if (pocket_is(key, name, length)) found = item; /* the last one counts */
    }
    return found;
}

/* The member of an object, whatever is in its name. */
static inline pocket_value pocket_member(pocket_value object, const char *name) {
    return pocket_member_(object, name, strlen(name));
}

/* The element of an array, from 0 on. */
static inline pocket_value pocket_element(pocket_value array, size_t index) {
    pocket_value item = {NULL, NULL};
    if (pocket_type_of(array) != POCKET_ARRAY) return item;
    while (pocket_each(array, NULL, &item)) {
        if (index-- == 0) return item;
    }
    return pocket_none_();
}

/* What a path such as "orders.0.price" leads to. */
static inline pocket_value pocket_get(pocket_value value, const char *path) {
    while (*path) {
        size_t length = strcspn(path, ".");
        if (pocket_type_of(value) == POCKET_ARRAY) {
            size_t i, index = 0;
            if (length == 0 || length > 9) return pocket_none_();
            for (i = 0; i < length; i++) {
                if (path[i] < '0' || path[i] > '9') return pocket_none_();
                index = index * 10 + (size_t)(path[i] - '0');
            }
            value = pocket_element(value, index);
        } else {
            value = pocket_member_(value, path, length);
        }
        path += length;
        if (*path == '.') path++;
    }
    return value;
}

/* How many elements or members there are. */
static inline size_t pocket_count(pocket_value all) {
    pocket_value item = {NULL, NULL};
    size_t count = 0;
    while (pocket_each(all, NULL, &item)) count++;
    return count;
}

static inline int pocket_bool(pocket_value value, int otherwise) {
    return pocket_type_of(value) == POCKET_BOOL ? *value.at == 't' : otherwise;
}

/* A whole number; `otherwise` for what is none, has a point or an exponent, or does not fit. */
static inline int64_t pocket_integer(pocket_value value, int64_t otherwise) {
    const char *at = value.at;
    int negative;
    uint64_t number = 0, most;
    if (pocket_type_of(value) != POCKET_NUMBER) return otherwise;
    negative = *at == '-';
    most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    for (at += negative; at < value.end; at++) {
        uint64_t digit;
        if (*at < '0' || *at > '9') return otherwise;
        digit = (uint64_t)(*at - '0');
        if (number > (most - digit) / 10) return otherwise;
        number = number * 10 + digit;
    }
    if (negative) return number ? -(int64_t)(number - 1) - 1 : 0;
    return (int64_t)number;
}

/* Any number. It brings strtod into the module, some 15 KB; pocket_integer does not. */
static inline double pocket_number(pocket_value value, double otherwise) {
    char copy[64], *text = copy;
    size_t length;
    double number;
    if (pocket_type_of(value) != POCKET_NUMBER) return otherwise;
    length = (size_t)(value.end - value.at);
    if (length >= sizeof copy && !(text = (char *)malloc(length + 1))) return otherwise;
    memcpy(text, value.at, length);
    text[length] = '\0';
    number = strtod(text, NULL);
    if (text != copy) free(text);
    return number;
}

/* ---- writers: JSON that is made ---- */

/* Commas, quotes and escapes are put by the writer. What is wrong is kept until
 * the end. */
typedef struct {
    char *text;
    size_t length;
    size_t room;
    const char *error;
    int depth;
    int open; /* 1: something is there already, so a comma comes next; 2: a key waits for its value */
    char kinds[POCKET_MAX_DEPTH];
} pocket_writer;

static inline pocket_writer pocket_new_writer(void) {
    pocket_writer writer;
    memset(&writer, 0, sizeof writer);
    return writer;
}

static inline void pocket_raw_(pocket_writer *to, const char *text, size_t length) {
    if (to->error) return;
    if (length > to->room - to->length) {
        size_t room = to->room ? to->room : 256;
        char *grown;
        while (room - to->length < length && room <= SIZE_MAX / 2) room *= 2;
        grown = room - to->length < length ? NULL : (char *)realloc(to->text, room);
        if (!grown) {
            to->error = "there is no memory left for it";
            return;
        }
        to->text = grown;
        to->room = room;
    }
    if (length) memcpy(to->text + to->length, text, length);
    to->length += length;
}

/* What comes before a value. */
static inline void pocket_value_(pocket_writer *to) {
    int in_object = to->depth && to->kinds[to->depth - 1] == '}';
    if (in_object && to->open != 2) to->error = "a member has no key";
    if (!to->depth && to->open) to->error = "there is more than one value";
    if (to->depth && to->open == 1) pocket_raw_(to, ",", 1);
    to->open = 1;
}

/* The length of the UTF-8 sequence at `at`, or 0 where there is none. */
static inline size_t pocket_utf8_(const unsigned char *at, size_t left) {
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = *at < 0x80 ? 1 : *at < 0xC2 ? 0 : *at < 0xE0 ? 2 : *at < 0xF0 ? 3 : *at < 0xF5 ? 4 : 0;
    unsigned long code;
    size_t i;
    if (length < 2 || length > left) return length == 1;
    code = *at & (0xFFu >> (length + 1));
    for (i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) return 0;
        code = code << 6 | (at[i] & 63);
    }
    return code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : length;
}

static inline void pocket_quoted_(pocket_writer *to, const char *text, size_t length) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = (const unsigned char *)text, *end = at + length, *plain = at;
    char escaped[6] = {'\\', 'u', '0', '0', '0', '0'};
    pocket_raw_(to, "\"", 1);
    while (at < end) {
        size_t sequence = pocket_utf8_(at, (size_t)(end - at));
        if (sequence && *at >= 0x20 && *at != '"' && *at != '\\') {
            at += sequence;
            continue;
        }
        pocket_raw_(to, (const char *)plain, (size_t)(at - plain));
        if (!sequence) {
            pocket_raw_(to, "\xEF\xBF\xBD", 3); /* U+FFFD: not UTF-8 */
        } else if (*at >= 0x20) {
            pocket_raw_(to, "\\", 1);
            pocket_raw_(to, (const char *)at, 1);
        } else {
            escaped[4] = digits[*at >> 4];
            escaped[5] = digits[*at & 15];
            pocket_raw_(to, escaped, 6);
        }
        plain = ++at;
    }
    pocket_raw_(to, (const char *)plain, (size_t)(at - plain));
    pocket_raw_(to, "\"", 1);
}

static inline void pocket_begin_(pocket_writer *to, const char *open, char close) {
    pocket_value_(to);
    if (to->depth == POCKET_MAX_DEPTH) {
        to->error = "it is too deep";
        return;
    }
    to->kinds[to->depth++] = close;
    to->open = 0;
    pocket_raw_(to, open, 1);
}

static inline void pocket_begin_object(pocket_writer *to) { pocket_begin_(to, "{", '}'); }
static inline void pocket_begin_array(pocket_writer *to) { pocket_begin_(to, "[", ']'); }

/* End the innermost object or array. */
static inline void pocket_end(pocket_writer *to) {
    if (to->error) return;
    if (!to->depth || to->open == 2) {
        to->error = to->depth ? "a key has no value" : "more is ended than was begun";
        return;
    }
    pocket_raw_(to, &to->kinds[--to->depth], 1);
    to->open = 1;
}

/* The key of the member whose value comes next. */
static inline void pocket_key(pocket_writer *to, const char *key) {
    if (to->error) return;
    if (!to->depth || to->kinds[to->depth - 1] != '}' || to->open == 2) {
        to->error = "a key is not in an object";
        return;
    }
    if (to->open) pocket_raw_(to, ",", 1);
    pocket_quoted_(to, key, strlen(key));
    pocket_raw_(to, ":", 1);
    to->open = 2;
}

/* Text; what is not UTF-8 in it is replaced. */
static inline void pocket_put_text(pocket_writer *to, const char *text, size_t length) {
    pocket_value_(to);
    pocket_quoted_(to, text, length);
}

static inline void pocket_put_string(pocket_writer *to, const char *text) {
    pocket_put_text(to, text, strlen(text));
}

static inline void pocket_put_bool(pocket_writer *to, int value) {
    pocket_value_(to);
    if (value) pocket_raw_(to, "true", 4);
    else pocket_raw_(to, "false", 5);
}

static inline void pocket_put_null(pocket_writer *to) {
    pocket_value_(to);
    pocket_raw_(to, "null", 4);
}

static inline void pocket_put_integer(pocket_writer *to, int64_t value) {
    char digits[20], *at = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0) *--at = '-';
    pocket_value_(to);
    pocket_raw_(to, at, (size_t)(digits + sizeof digits - at));
}

/* Copy a value as it is. */
static inline void pocket_put_value(pocket_writer *to, pocket_value value) {
    pocket_value_(to);
    if (value.at) pocket_raw_(to, value.at, (size_t)(value.end - value.at));
    else pocket_raw_(to, "null", 4);
}

/* ---- numbers with a point: only who asks for them gets printf into the module, some 25 KB ---- */

#ifdef POCKET_NUMBERS
#include <stdio.h>

/* Any number, in as few digits as give it back. NaN and infinity are an error: JSON has none. */
static inline void pocket_put_number(pocket_writer *to, double value) {
    char digits[40];
    int precision, length = 0;
    if (value - value != 0) {
        to->error = "JSON cannot hold NaN and infinity";
        return;
    }
    for (precision = 15; precision <= 17; precision++) {
        length = snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) break;
    }
    pocket_value_(to);
    pocket_raw_(to, digits, (size_t)length);
}
#endif

/* ---- calls and nodes ---- */

typedef enum { POCKET_OK, POCKET_FAILED } pocket_status;
typedef enum { POCKET_DEBUG, POCKET_INFO, POCKET_WARNING, POCKET_ERROR } pocket_level;

typedef struct pocket_block_ {
    struct pocket_block_ *next;
    uint64_t aligned[1];
} pocket_block_;

/* One call of a node. */
typedef struct {
    pocket_value input;   /* of the node, or what prep made of it */
    pocket_value config;  /* checked by the host, with its defaults */
    pocket_value result;  /* for post: what exec gave */
    pocket_writer output; /* the node writes one value to it */
    const char *next_;
    const char *error_;
    const char *function_, *file_; /* where it was made, and below in which line */
    int line_;
    pocket_block_ *memory_;
} pocket_call;

typedef pocket_status (*pocket_step)(pocket_call *call);

/* One node type. `prep` and `post` may be NULL, and may write nothing: then all stays as it is. */
typedef struct {
    const char *metadata; /* a JSON literal: type, category, description, configSchema, examples, ... */
    pocket_step exec;     /* does the work */
    pocket_step prep;     /* turns call->input into another one */
    pocket_step post;     /* writes another output, or chooses the next node */
} pocket_node;

/* Memory that lives as long as the call, or NULL. */
static inline void *pocket_allocate(pocket_call *call, size_t bytes) {
    pocket_block_ *block;
    if (bytes > SIZE_MAX - sizeof *block) return NULL;
    block = (pocket_block_ *)malloc(sizeof *block + bytes);
    if (!block) return NULL;
    block->next = call->memory_;
    call->memory_ = block;
    return block->aligned;
}

static inline void pocket_free_(pocket_call *call) {
    free(call->output.text);
    while (call->memory_) {
        pocket_block_ *next = call->memory_->next;
        free(call->memory_);
        call->memory_ = next;
    }
}

/* The text of a string, with a NUL after it, or NULL where it is none. `length` may be NULL. */
static inline char *pocket_text(pocket_call *call, pocket_value value, size_t *length) {
    const char *at, *end;
    char *text, *to;
    if (pocket_type_of(value) != POCKET_STRING) return NULL;
    at = value.at + 1;
    end = value.end - 1;
    /* A character is never longer than what stands for it. */
    if (!(text = to = (char *)pocket_allocate(call, (size_t)(end - at) + 4))) return NULL;
    while (at < end) to += pocket_character_(&at, end, to);
    *to = '\0';
    if (length) *length = (size_t)(to - text);
    return text;
}

static inline pocket_status pocket_fail_at_(
    pocket_call *call, const char *message, const char *function, const char *file, int line) {
    size_t length = strlen(message) + 1;
    char *copy = (char *)pocket_allocate(call, length);
    call->error_ = copy ? (const char *)memcpy(copy, message, length) : "there is no memory left";
    call->function_ = function, call->file_ = file, call->line_ = line;
    return POCKET_FAILED;
}

/* Of the SDK's own. */
static inline pocket_status pocket_fail_(pocket_call *call, const char *message) {
    return pocket_fail_at_(call, message, NULL, NULL, 0);
}

/* `return pocket_fail(call, "the text is empty");`: the message becomes the error of the call, and
 * this line its stack. */
#define pocket_fail(call, message) pocket_fail_at_(call, message, __func__, __FILE__, __LINE__)

/* In post: the action that chooses the next node of a workflow. */
static inline void pocket_next(pocket_call *call, const char *action) {
    size_t length = strlen(action) + 1;
    char *copy = (char *)pocket_allocate(call, length);
    if (copy) call->next_ = (const char *)memcpy(copy, action, length);
}

/* ---- the host ---- */

#ifdef __wasm__
__attribute__((import_module("pocket"), import_name("host_call"))) int32_t pocket_import_call_(const char *, size_t);
__attribute__((import_module("pocket"), import_name("host_take"))) int32_t pocket_import_take_(char *, size_t);
__attribute__((import_module("pocket"), import_name("log"))) void pocket_import_log_(int32_t, const char *, size_t);
__attribute__((import_module("pocket"), import_name("stream_read"))) int32_t pocket_import_read_(void *, size_t);
__attribute__((import_module("pocket"), import_name("stream_write"))) int32_t pocket_import_write_(const void *, size_t);

static inline void pocket_log(pocket_level level, const char *line) {
    pocket_import_log_((int32_t)level, line, strlen(line));
}
#else
#include <stdio.h>

/* A test's host: gets a question, with a NUL after it, and gives its answer. */
__attribute__((unused)) static const char *(*pocket_test_host)(const char *question);

/* A test's streams: what the node reads, and where it writes. */
__attribute__((unused)) static FILE *pocket_test_input, *pocket_test_output;

static inline void pocket_log(pocket_level level, const char *line) {
    static const char *const names[] = {"debug", "info", "warning", "error"};
    fprintf(stderr, "%s: %s\n", names[level], line);
}
#endif

/* For a node whose metadata says "stream": true. Reads up to `room` bytes of its stream: gives how many,
 * 0 at the end, -1 in a call without streams. */
static inline int32_t pocket_read(void *to, size_t room) {
#ifdef __wasm__
    return pocket_import_read_(to, room);
#else
    return pocket_test_input ? (int32_t)fread(to, 1, room, pocket_test_input) : -1;
#endif
}

/* Writes all of the bytes to the node's other stream: gives how many, -1 in a call without streams.
 * The host puts small writes together. */
static inline int32_t pocket_write(const void *from, size_t length) {
#ifdef __wasm__
    return pocket_import_write_(from, length);
#else
    return pocket_test_output ? (int32_t)fwrite(from, 1, length, pocket_test_output) : -1;
#endif
}

static inline char *pocket_exchange_(pocket_call *call, pocket_writer *question, size_t *length) {
    char *answer;
#ifdef __wasm__
    int32_t size = pocket_import_call_(question->text, question->length);
    if (size < 0) {
        pocket_fail_(call, "too-large: the question to the host is too large");
        return NULL;
    }
    answer = (char *)pocket_allocate(call, (size_t)size);
    if (answer && (size = pocket_import_take_(answer, (size_t)size)) < 0) answer = NULL;
    *length = (size_t)size;
#else
    const char *said = "{\"ok\": false, \"error\": {\"code\": \"unavailable\", \"message\": \"there is no host\"}}";
    pocket_raw_(question, "", 1);
    if (pocket_test_host && !question->error) said = pocket_test_host(question->text);
    *length = strlen(said);
    answer = (char *)pocket_allocate(call, *length);
    if (answer) memcpy(answer, said, *length);
#endif
    if (!answer) pocket_fail_(call, "there is no memory for the host's answer");
    return answer;
}

/* Ask the host, by a question that is one object: {"call": "store.get", "key": "a"}. The value of its
 * answer; a missing one where it refuses, whose code and reason are then the error of the call. The
 * question is freed. */
static inline pocket_value pocket_host_call(pocket_call *call, pocket_writer *question) {
    pocket_value answer = {NULL, NULL}, error, value;
    size_t length = 0;
    const char *wrong = question->error ? question->error : question->depth ? "it is not ended" : NULL;
    char *text = NULL;
    if (wrong) pocket_fail_(call, wrong);
    else text = pocket_exchange_(call, question, &length);
    free(question->text);
    memset(question, 0, sizeof *question);
    if (!text) return answer;
    answer = pocket_parse(text, length);
    error = pocket_get(answer, "error");
    if (pocket_type_of(error) == POCKET_OBJECT) {
        size_t code_length = 0, message_length = 0;
        char *code = pocket_text(call, pocket_get(error, "code"), &code_length);
        char *message = pocket_text(call, pocket_get(error, "message"), &message_length);
        char *both = (char *)pocket_allocate(call, code_length + message_length + 3);
        if (!code || !message || !both) {
            pocket_fail_(call, "unexpected: the host's refusal has no code");
            return pocket_none_();
        }
        memcpy(both, code, code_length);
        memcpy(both + code_length, ": ", 2);
        memcpy(both + code_length + 2, message, message_length + 1);
        pocket_fail_(call, both);
        return pocket_none_();
    }
    value = pocket_get(answer, "value");
    if (!value.at) pocket_fail_(call, "unexpected: the host's answer has no value");
    return value;
}

/* The value of a key of the plugin's store; null where there is none, missing where it failed. */
static inline pocket_value pocket_store_get(pocket_call *call, const char *key) {
    pocket_writer ask = pocket_new_writer();
    pocket_begin_object(&ask);
    pocket_key(&ask, "call"), pocket_put_string(&ask, "store.get");
    pocket_key(&ask, "key"), pocket_put_string(&ask, key);
    pocket_end(&ask);
    return pocket_host_call(call, &ask);
}

/* Put a value, which is freed, in place of any that is there. */
static inline pocket_status pocket_store_set(pocket_call *call, const char *key, pocket_writer *value) {
    pocket_writer ask = pocket_new_writer();
    pocket_value written = pocket_parse(value->text ? value->text : "", value->error ? 0 : value->length);
    pocket_begin_object(&ask);
    pocket_key(&ask, "call"), pocket_put_string(&ask, "store.set");
    pocket_key(&ask, "key"), pocket_put_string(&ask, key);
    pocket_key(&ask, "value"), pocket_put_value(&ask, written);
    pocket_end(&ask);
    free(value->text);
    memset(value, 0, sizeof *value);
    if (!written.at) {
        free(ask.text);
        return pocket_fail_(call, "store.set: the value is not whole");
    }
    return pocket_host_call(call, &ask).at ? POCKET_OK : POCKET_FAILED;
}

/* Delete a key; the value says whether it was there. */
static inline pocket_value pocket_store_delete(pocket_call *call, const char *key) {
    pocket_writer ask = pocket_new_writer();
    pocket_begin_object(&ask);
    pocket_key(&ask, "call"), pocket_put_string(&ask, "store.delete");
    pocket_key(&ask, "key"), pocket_put_string(&ask, key);
    pocket_end(&ask);
    return pocket_host_call(call, &ask);
}

static inline char pocket_lower_(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
}

/* Make a request: an object with status, url, headers, body (or bodyBase64 where it is no text). `body` is
 * text, or NULL; `headers` has names and values in turn with NULL at their end, or is NULL. For bytes write
 * the question of docs/abi.md yourself. */
static inline pocket_value pocket_http_with(
    pocket_call *call, const char *method, const char *url, const char *const *headers, const char *body
) {
    pocket_writer ask = pocket_new_writer();
    pocket_begin_object(&ask);
    pocket_key(&ask, "call"), pocket_put_string(&ask, "http.request");
    pocket_key(&ask, "method"), pocket_put_string(&ask, method);
    pocket_key(&ask, "url"), pocket_put_string(&ask, url);
    if (headers) {
        pocket_key(&ask, "headers");
        pocket_begin_array(&ask);
        for (; headers[0] && headers[1]; headers += 2) {
            pocket_begin_array(&ask);
            pocket_put_string(&ask, headers[0]);
            pocket_put_string(&ask, headers[1]);
            pocket_end(&ask);
        }
        pocket_end(&ask);
    }
    if (body) pocket_key(&ask, "body"), pocket_put_string(&ask, body);
    pocket_end(&ask);
    return pocket_host_call(call, &ask);
}

/* As pocket_http_with, without headers of its own. */
static inline pocket_value pocket_http(pocket_call *call, const char *method, const char *url, const char *body) {
    return pocket_http_with(call, method, url, NULL, body);
}

/* The first header of a response with this name, in whatever case; missing where there is none. */
static inline pocket_value pocket_header(pocket_value response, const char *name) {
    pocket_value headers = pocket_get(response, "headers"), pair = {NULL, NULL};
    size_t length = strlen(name), i;
    while (pocket_each(headers, NULL, &pair)) {
        pocket_value own = pocket_element(pair, 0);
        if (pocket_type_of(own) != POCKET_STRING || (size_t)(own.end - own.at) != length + 2) continue;
        for (i = 0; i < length && pocket_lower_(own.at[i + 1]) == pocket_lower_(name[i]); i++) continue;
        if (i == length) return pocket_element(pair, 1);
    }
    return pocket_none_();
}

/* ---- from a request to its response ---- */

static inline void pocket_reset_(pocket_writer *writer) {
    writer->length = 0;
    writer->error = NULL;
    writer->depth = writer->open = 0;
}

/* Gives what a step wrote, in memory of the call, and empties the writer; missing for nothing. */
static inline pocket_status pocket_written_(pocket_call *call, pocket_value *written) {
    pocket_writer *output = &call->output;
    const char *wrong = output->error;
    char *copy = NULL;
    *written = pocket_none_();
    if (!wrong && output->depth) wrong = "an object or array is not ended";
    if (!wrong && !output->open) return POCKET_OK;
    if (!wrong && !(copy = (char *)pocket_allocate(call, output->length))) wrong = "there is no memory left for it";
    if (wrong) {
        char message[96] = "output: ";
        strncat(message, wrong, sizeof message - strlen(message) - 1);
        return pocket_fail_(call, message);
    }
    written->at = (const char *)memcpy(copy, output->text, output->length);
    written->end = copy + output->length;
    pocket_reset_(output);
    return POCKET_OK;
}

/* Take one step. What it wrote replaces `value`. */
static inline pocket_status pocket_step_(pocket_call *call, pocket_step step, pocket_value *value) {
    pocket_value written;
    if (!step) return POCKET_OK;
    if (step(call) != POCKET_OK) {
        return call->error_ ? POCKET_FAILED : pocket_fail_(call, "the node failed without a message");
    }
    call->error_ = NULL; /* of a host call that the node did without */
    if (pocket_written_(call, &written) != POCKET_OK) return POCKET_FAILED;
    if (written.at) *value = written;
    return POCKET_OK;
}

static inline pocket_status pocket_perform_(
    pocket_call *call, const pocket_node *node, pocket_value request, pocket_value *output) {
    pocket_value function = pocket_get(request, "function");
    call->input = pocket_get(request, "input");
    call->config = pocket_get(request, "config");
    if (pocket_is(function, "run", 3)) {
        if (pocket_step_(call, node->prep, &call->input)) return POCKET_FAILED;
        if (pocket_step_(call, node->exec, &call->result)) return POCKET_FAILED;
        *output = call->result;
        return pocket_step_(call, node->post, output);
    }
    if (pocket_is(function, "prep", 4)) {
        *output = call->input;
        return pocket_step_(call, node->prep, output);
    }
    call->input = pocket_get(request, "prepResult");
    if (pocket_is(function, "exec", 4)) return pocket_step_(call, node->exec, output);
    if (!pocket_is(function, "post", 4)) return pocket_fail_(call, "unknown function");
    *output = call->result = pocket_get(request, "execResult");
    return pocket_step_(call, node->post, output);
}

static inline void pocket_describe_(pocket_writer *to, const pocket_node *const *nodes, size_t count) {
    static const char functions[] = "[\"metadata\",\"run\",\"prep\",\"exec\",\"post\"]";
    size_t i;
    pocket_begin_object(to);
    pocket_key(to, "abi"), pocket_put_integer(to, 1);
    pocket_key(to, "functions"), pocket_put_value(to, pocket_parse(functions, sizeof functions - 1));
    pocket_key(to, "nodes"), pocket_begin_array(to);
    for (i = 0; i < count; i++) {
        pocket_put_value(to, pocket_parse(nodes[i]->metadata, strlen(nodes[i]->metadata)));
    }
    pocket_end(to);
    pocket_end(to);
}

static inline const pocket_node *pocket_find_(const pocket_node *const *nodes, size_t count, pocket_value name) {
    pocket_call scratch;
    const pocket_node *found = NULL;
    size_t i, length = 0;
    memset(&scratch, 0, sizeof scratch);
    for (i = 0; i < count && !found; i++) {
        const char *metadata = nodes[i]->metadata;
        pocket_value type = pocket_get(pocket_parse(metadata, strlen(metadata)), "type");
        char *text = pocket_text(&scratch, type, &length);
        if (text && pocket_is(name, text, length)) found = nodes[i];
    }
    pocket_free_(&scratch);
    return found;
}

static inline pocket_status pocket_respond_(
    pocket_call *call, const pocket_node *const *nodes, size_t count, pocket_value request, pocket_value *output) {
    const pocket_node *node;
    if (!request.at) return pocket_fail_(call, "the request is not JSON, or too deep");
    if (pocket_is(pocket_get(request, "function"), "metadata", 8)) {
        pocket_describe_(&call->output, nodes, count);
        return pocket_written_(call, output);
    }
    node = pocket_find_(nodes, count, pocket_get(request, "node"));
    if (!node) return pocket_fail_(call, "the plugin has no such node type");
    return pocket_perform_(call, node, request, output);
}

static inline void pocket_put_place_(pocket_writer *to, const pocket_call *call) {
    pocket_key(to, "stack"), pocket_begin_array(to), pocket_begin_object(to);
    pocket_key(to, "function"), pocket_put_string(to, call->function_);
    pocket_key(to, "file"), pocket_put_string(to, call->file_);
    pocket_key(to, "line"), pocket_put_integer(to, call->line_);
    pocket_end(to), pocket_end(to);
}

/* Answer a request; the response replaces what the writer held. */
static inline void pocket_answer(
    const pocket_node *const *nodes, size_t count, const char *request, size_t length, pocket_writer *response) {
    pocket_call call;
    pocket_value output = {NULL, NULL};
    pocket_status status;
    memset(&call, 0, sizeof call);
    pocket_reset_(response);
    status = pocket_respond_(&call, nodes, count, pocket_parse(request, length), &output);
    pocket_begin_object(response);
    pocket_key(response, "success"), pocket_put_bool(response, status == POCKET_OK);
    if (status == POCKET_OK) {
        pocket_key(response, "output"), pocket_put_value(response, output);
        if (call.next_) pocket_key(response, "next"), pocket_put_string(response, call.next_);
    } else {
        pocket_key(response, "error"), pocket_put_string(response, call.error_);
#ifdef __wasm__ /* natively a test compares whole responses, and is to know no lines */
        if (call.file_) pocket_put_place_(response, &call);
#endif
    }
    pocket_end(response);
    pocket_free_(&call);
}

#define POCKET_NODES_(...)                                                \
    static const pocket_node *const pocket_nodes_[] = {__VA_ARGS__};      \
    static pocket_writer pocket_response_;                                \
    static void pocket_answer_(const char *request, size_t length) {      \
        size_t count = sizeof pocket_nodes_ / sizeof *pocket_nodes_;      \
        pocket_answer(pocket_nodes_, count, request, length, &pocket_response_); \
    }

#ifdef __cplusplus
#define POCKET_C_ extern "C"
}
#else
#define POCKET_C_
#endif

/* POCKET_EXPORT(&node, &other): make these the plugin's nodes. Once, in one file. */
#ifdef __wasm__
#define POCKET_EXPORT(...)                                                                         \
    POCKET_NODES_(__VA_ARGS__)                                                                     \
    /* A call in which the memory grows cannot be taken back, so there is room for most of them. */ \
    __attribute__((constructor)) static void pocket_reserve_(void) {                               \
        void *volatile room = malloc(1 << 20);                                                     \
        free(room);                                                                                \
    }                                                                                              \
    POCKET_C_ __attribute__((export_name("__pocket_alloc"))) void *pocket_export_alloc_(size_t size) { \
        return malloc(size ? size : 1);                                                            \
    }                                                                                              \
    POCKET_C_ __attribute__((export_name("__pocket_call"))) uint64_t pocket_export_call_(char *request, size_t length) { \
        pocket_answer_(request, length);                                                           \
        free(request);                                                                             \
        if (pocket_response_.error) __builtin_trap(); /* no memory, not even for a short answer */ \
        return (uint64_t)(uintptr_t)pocket_response_.text << 32 | pocket_response_.length;         \
    }                                                                                              \
    typedef int pocket_end_of_export_
#else
/* Natively, const char *pocket_run(const char *request) answers as the plugin would, until it is
 * called again. */
#define POCKET_EXPORT(...)                                       \
    POCKET_NODES_(__VA_ARGS__)                                   \
    POCKET_C_ const char *pocket_run(const char *request) {      \
        pocket_answer_(request, strlen(request));                \
        pocket_raw_(&pocket_response_, "", 1);                   \
        return pocket_response_.error ? "" : pocket_response_.text; \
    }                                                            \
    typedef int pocket_end_of_export_
#endif

#endif
