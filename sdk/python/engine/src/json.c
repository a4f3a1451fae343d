// The module `json`: `loads` and `dumps`, for what JSON can say. <https://www.rfc-editor.org/rfc/rfc8259>

#include "json.h"

#include "py/objlist.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "py/objtype.h"
#include "py/parsenum.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "py/unicode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *start;
    const char *at;
    const char *end;
} reader_t;

static NORETURN void refuse(reader_t *reader, const char *what) {
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("JSON: %s at character %d"), what,
        (int)(reader->at - reader->start));
}

static void skip_blanks(reader_t *reader) {
    while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL && *reader->at) {
        reader->at++;
    }
}

static int peek(reader_t *reader) {
    return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

static void expect(reader_t *reader, char wanted, const char *what) {
    if (peek(reader) != wanted) {
        refuse(reader, what);
    }
    reader->at++;
}

static mp_obj_t read_word(reader_t *reader, const char *word, mp_obj_t value) {
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) {
        refuse(reader, "a value is missing");
    }
    reader->at += length;
    return value;
}

static unsigned read_hex(reader_t *reader) {
    unsigned value = 0;
    for (int digit = 0; digit < 4; digit++, reader->at++) {
        int character = peek(reader);
        if (!unichar_isxdigit(character < 0 ? 0 : character)) {
            refuse(reader, "four hexadecimal digits are missing");
        }
        value = value << 4 | unichar_xdigit_value(character);
    }
    return value;
}

enum { HIGH = 0xd800, LOW = 0xdc00, BEYOND = 0xe000, REPLACEMENT = 0xfffd };

// A surrogate without its other half has no UTF-8.
static unichar read_code_point(reader_t *reader) {
    unsigned first = read_hex(reader);
    if (first < HIGH || first >= BEYOND) {
        return first;
    }
    bool has_more = reader->end - reader->at >= 2 && reader->at[0] == '\\' && reader->at[1] == 'u';
    if (first >= LOW || !has_more) {
        return REPLACEMENT;
    }
    const char *before = reader->at;
    reader->at += 2;
    unsigned second = read_hex(reader);
    if (second < LOW || second >= BEYOND) {
        reader->at = before;
        return REPLACEMENT;
    }
    return 0x10000 + ((first - HIGH) << 10 | (second - LOW));
}

static void read_escape(reader_t *reader, vstr_t *text) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int character = peek(reader);
    const char *found = character > 0 ? strchr(from, character) : NULL;
    if (found != NULL) {
        vstr_add_byte(text, to[found - from]);
        reader->at++;
    } else if (character == 'u') {
        reader->at++;
        vstr_add_char(text, read_code_point(reader));
    } else {
        refuse(reader, "an unknown escape stands");
    }
}

// Where the string ends whose rest is next; unescaped it is no longer than it is now.
static const char *string_end(reader_t *reader) {
    const char *at = reader->at;
    while (at < reader->end && *at != '"') {
        at += *at == '\\' ? 2 : 1;
    }
    return at;
}

static mp_obj_t read_string(reader_t *reader) {
    expect(reader, '"', "a string is missing");
    const char *from = reader->at;
    while (peek(reader) >= ' ' && peek(reader) != '"' && peek(reader) != '\\') {
        reader->at++;
    }
    if (peek(reader) == '"') {
        return mp_obj_new_str(from, reader->at++ - from);
    }
    vstr_t text;
    vstr_init(&text, string_end(reader) - from + 1);
    vstr_add_strn(&text, from, reader->at - from);
    for (;;) {
        int character = peek(reader);
        if (character < ' ') {
            refuse(reader, character < 0 ? "a string has no end" : "a control character stands");
        }
        reader->at++;
        if (character == '"') {
            return mp_obj_new_str_from_utf8_vstr(&text);
        } else if (character == '\\') {
            read_escape(reader, &text);
        } else {
            vstr_add_byte(&text, character);
        }
    }
}

static const char *digits(reader_t *reader) {
    const char *from = reader->at;
    while (unichar_isdigit(peek(reader) < 0 ? 0 : peek(reader))) {
        reader->at++;
    }
    if (reader->at == from) {
        refuse(reader, "a digit is missing");
    }
    return from;
}

static mp_obj_t read_number(reader_t *reader) {
    const char *from = reader->at;
    bool is_whole = true;
    if (peek(reader) == '-') {
        reader->at++;
    }
    const char *whole = digits(reader);
    if (*whole == '0' && reader->at - whole > 1) {
        refuse(reader, "a number begins with 0");
    }
    if (peek(reader) == '.') {
        is_whole = false;
        reader->at++;
        digits(reader);
    }
    if (peek(reader) == 'e' || peek(reader) == 'E') {
        is_whole = false;
        reader->at++;
        if (peek(reader) == '+' || peek(reader) == '-') {
            reader->at++;
        }
        digits(reader);
    }
    size_t length = reader->at - from;
    if (is_whole) {
        return mp_parse_num_integer(from, length, 10, NULL);
    }
    // The text is followed by NUL.
    return mp_obj_new_float(strtod(from, NULL));
}

static mp_obj_t read_value(reader_t *reader);

static mp_obj_t read_list(reader_t *reader) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    reader->at++;
    skip_blanks(reader);
    if (peek(reader) == ']') {
        reader->at++;
        return list;
    }
    for (;;) {
        mp_obj_list_append(list, read_value(reader));
        if (peek(reader) != ',') {
            expect(reader, ']', "a comma or ] is missing");
            return list;
        }
        reader->at++;
    }
}

static mp_obj_t read_object(reader_t *reader) {
    mp_obj_t object = mp_obj_new_dict(0);
    reader->at++;
    skip_blanks(reader);
    if (peek(reader) == '}') {
        reader->at++;
        return object;
    }
    for (;;) {
        skip_blanks(reader);
        mp_obj_t key = read_string(reader);
        skip_blanks(reader);
        expect(reader, ':', "a colon is missing");
        mp_obj_dict_store(object, key, read_value(reader));
        if (peek(reader) != ',') {
            expect(reader, '}', "a comma or } is missing");
            return object;
        }
        reader->at++;
    }
}

// Gives the value and goes past the blanks behind it.
static mp_obj_t read_value(reader_t *reader) {
    MP_STACK_CHECK();
    skip_blanks(reader);
    mp_obj_t value;
    switch (peek(reader)) {
        case '{': value = read_object(reader); break;
        case '[': value = read_list(reader); break;
        case '"': value = read_string(reader); break;
        case 't': value = read_word(reader, "true", mp_const_true); break;
        case 'f': value = read_word(reader, "false", mp_const_false); break;
        case 'n': value = read_word(reader, "null", mp_const_none); break;
        case '-': case '0': case '1': case '2': case '3': case '4':
        case '5': case '6': case '7': case '8': case '9': value = read_number(reader); break;
        default: refuse(reader, "a value is missing");
    }
    skip_blanks(reader);
    return value;
}

mp_obj_t json_read(const char *text, size_t length) {
    reader_t reader = { text, text, text + length };
    mp_obj_t value = read_value(&reader);
    if (reader.at != reader.end) {
        refuse(&reader, "more stands behind the value");
    }
    return value;
}

// MicroPython's own way to grow a text, by a few bytes each time, takes too long for large ones.
static void add_all(vstr_t *text, const char *bytes, size_t length) {
    if (text->len + length > text->alloc) {
        vstr_hint_size(text, text->len + length);
    }
    vstr_add_strn(text, bytes, length);
}

static void add_byte(vstr_t *text, char byte) {
    add_all(text, &byte, 1);
}

static void add_text(vstr_t *text, const char *written) {
    add_all(text, written, strlen(written));
}

static void write_value(vstr_t *text, mp_obj_t value);

static void write_string(vstr_t *text, mp_obj_t value) {
    static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    size_t length;
    const char *at = mp_obj_str_get_data(value, &length);
    add_byte(text, '"');
    const char *plain = at;
    for (const char *end = at + length; at < end; at++) {
        unsigned char character = *at;
        if (character >= ' ' && character != '"' && character != '\\') {
            continue;
        }
        add_all(text, plain, at - plain);
        plain = at + 1;
        const char *found = character ? strchr(special, character) : NULL;
        if (found != NULL) {
            add_byte(text, '\\');
            add_byte(text, letters[found - special]);
        } else {
            char escape[8];
            snprintf(escape, sizeof escape, "\\u%04x", character);
            add_text(text, escape);
        }
    }
    add_all(text, plain, at - plain);
    add_byte(text, '"');
}

// The fewest digits that read back as the same number.
static void write_float(vstr_t *text, double number) {
    if (!isfinite(number)) {
        mp_raise_ValueError(MP_ERROR_TEXT("JSON has no infinity and no NaN"));
    }
    char written[32];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(written, sizeof written, "%.*g", precision, number);
        if (strtod(written, NULL) == number) {
            break;
        }
    }
    add_text(text, written);
    if (strpbrk(written, ".e") == NULL) {
        add_text(text, ".0");
    }
}

static void write_list(vstr_t *text, size_t count, const mp_obj_t *items) {
    add_byte(text, '[');
    for (size_t at = 0; at < count; at++) {
        if (at > 0) {
            add_byte(text, ',');
        }
        write_value(text, items[at]);
    }
    add_byte(text, ']');
}

static void write_object(vstr_t *text, mp_obj_t value) {
    mp_map_t *map = mp_obj_dict_get_map(value);
    char between = '{';
    for (size_t slot = 0; slot < map->alloc; slot++) {
        if (!mp_map_slot_is_filled(map, slot)) {
            continue;
        }
        if (!mp_obj_is_str(map->table[slot].key)) {
            mp_raise_TypeError(MP_ERROR_TEXT("JSON: keys have to be str"));
        }
        add_byte(text, between);
        between = ',';
        write_string(text, map->table[slot].key);
        add_byte(text, ':');
        write_value(text, map->table[slot].value);
    }
    add_text(text, between == '{' ? "{}" : "}");
}

// What is of a class made of one that JSON has: a named tuple, a Counter, a member of an enum of texts.
static void write_derived(vstr_t *text, mp_obj_t value) {
    static const mp_obj_type_t *const kinds[] = {
        &mp_type_dict, &mp_type_str, &mp_type_int, &mp_type_float, &mp_type_list, &mp_type_tuple,
    };
    const mp_obj_type_t *type = mp_obj_get_type(value);
    if (mp_obj_is_instance_type(type)) {
        for (size_t at = 0; at < MP_ARRAY_SIZE(kinds); at++) {
            mp_obj_t base = mp_obj_cast_to_native_base(value, MP_OBJ_FROM_PTR(kinds[at]));
            if (base != MP_OBJ_NULL) {
                write_value(text, base);
                return;
            }
        }
    } else if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(type), MP_OBJ_FROM_PTR(&mp_type_tuple))) {
        size_t count;
        mp_obj_t *items;
        mp_obj_tuple_get(value, &count, &items);
        write_list(text, count, items);
        return;
    }
    mp_raise_msg_varg(&mp_type_TypeError,
        MP_ERROR_TEXT("object of type %s is not JSON serializable"), mp_obj_get_type_str(value));
}

static void write_value(vstr_t *text, mp_obj_t value) {
    MP_STACK_CHECK();
    if (value == mp_const_none) {
        add_text(text, "null");
    } else if (mp_obj_is_bool(value)) {
        add_text(text, value == mp_const_true ? "true" : "false");
    } else if (mp_obj_is_str(value)) {
        write_string(text, value);
    } else if (mp_obj_is_int(value)) {
        mp_print_t print = { text, (mp_print_strn_t)add_all };
        mp_obj_print_helper(&print, value, PRINT_REPR);
    } else if (mp_obj_is_float(value)) {
        write_float(text, mp_obj_float_get(value));
    } else if (mp_obj_is_type(value, &mp_type_list) || mp_obj_is_type(value, &mp_type_tuple)) {
        size_t count;
        mp_obj_t *items;
        mp_obj_get_array(value, &count, &items);
        write_list(text, count, items);
    } else if (mp_obj_is_dict_or_ordereddict(value)) {
        write_object(text, value);
    } else {
        write_derived(text, value);
    }
}

static mp_obj_t loads(mp_obj_t text) {
    if (!mp_obj_is_str(text)) {
        mp_buffer_info_t bytes;
        mp_get_buffer_raise(text, &bytes, MP_BUFFER_READ);
        vstr_t copy;
        vstr_init(&copy, bytes.len + 1);
        vstr_add_strn(&copy, bytes.buf, bytes.len);
        text = mp_obj_new_str_from_vstr(&copy);
    }
    size_t length;
    const char *start = mp_obj_str_get_data(text, &length);
    return json_read(start, length);
}
static MP_DEFINE_CONST_FUN_OBJ_1(loads_object, loads);

static mp_obj_t dumps(mp_obj_t value) {
    vstr_t text;
    vstr_init(&text, 64);
    write_value(&text, value);
    return mp_obj_new_str_from_utf8_vstr(&text);
}
static MP_DEFINE_CONST_FUN_OBJ_1(dumps_object, dumps);

static const mp_rom_map_elem_t names[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_json) },
    { MP_ROM_QSTR(MP_QSTR_loads), MP_ROM_PTR(&loads_object) },
    { MP_ROM_QSTR(MP_QSTR_dumps), MP_ROM_PTR(&dumps_object) },
    { MP_ROM_QSTR(MP_QSTR_JSONDecodeError), MP_ROM_PTR(&mp_type_ValueError) },
};
static MP_DEFINE_CONST_DICT(globals, names);

const mp_obj_module_t json_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_json, json_module);
