#include "subject.h"

#include "py/objstr.h"
#include "py/runtime.h"
#include "py/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { UNITS_PER_MARK = 64 };

// The text that was looked into last is often the next one, too.
MP_REGISTER_ROOT_POINTER(mp_obj_t regexp_text);
static subject_t last;
static uint16_t *wide;
static uint32_t *marks;

static bool is_second(uint16_t unit) {
    return (unit & 0xfc00) == 0xdc00;
}

static void widen(subject_t *subject, const char *text, size_t size) {
    size_t astral = 0;
    for (size_t at = 0; at < size; at++) {
        astral += (unsigned char)text[at] >= 0xf0;
    }
    subject->is_wide = true;
    subject->unit_count = subject->length + astral;
    free(wide);
    free(marks);
    marks = NULL;
    wide = malloc(subject->unit_count * sizeof *wide);
    if (astral != 0) {
        marks = malloc((subject->unit_count / UNITS_PER_MARK + 1) * sizeof *marks);
    }
    if (wide == NULL || (astral != 0 && marks == NULL)) {
        m_malloc_fail(subject->unit_count * sizeof *wide);
    }
    size_t at = 0;
    uint32_t characters = 0;
    for (const byte *from = (const byte *)text; from < (const byte *)text + size; from = utf8_next_char(from)) {
        unichar character = utf8_get_char(from);
        size_t start = at;
        if (character < 0x10000) {
            wide[at++] = character;
        } else {
            wide[at++] = 0xd7c0 + (character >> 10);
            wide[at++] = 0xdc00 + (character & 0x3ff);
        }
        // A mark inside of a character counts it as one that was before.
        for (size_t unit = start; marks != NULL && unit < at; unit++) {
            if (unit % UNITS_PER_MARK == 0) {
                marks[unit / UNITS_PER_MARK] = characters + (unit != start);
            }
        }
        characters++;
    }
    if (marks != NULL && at % UNITS_PER_MARK == 0) {
        marks[at / UNITS_PER_MARK] = characters;
    }
    subject->units = (const uint8_t *)wide;
    subject->marks = marks;
}

void subject_of(subject_t *subject, mp_obj_t text) {
    if (!mp_obj_is_str(text)) {
        mp_buffer_info_t bytes;
        if (!mp_get_buffer(text, &bytes, MP_BUFFER_READ)) {
            mp_raise_TypeError(MP_ERROR_TEXT("expected string or bytes-like object"));
        }
        *subject = (subject_t) { .units = bytes.buf, .length = bytes.len, .unit_count = bytes.len, .is_bytes = true };
        return;
    }
    if (text != MP_STATE_VM(regexp_text)) {
        MP_STATE_VM(regexp_text) = MP_OBJ_NULL;
        size_t size;
        const char *data = mp_obj_str_get_data(text, &size);
        last = (subject_t) { .units = (const uint8_t *)data, .length = utf8_charlen((const byte *)data, size) };
        last.unit_count = size;
        if (last.length != size) {
            widen(&last, data, size);
        }
        MP_STATE_VM(regexp_text) = text;
    }
    *subject = last;
}

static size_t characters_before(const subject_t *subject, size_t unit) {
    const uint16_t *units = (const uint16_t *)subject->units;
    size_t mark = unit / UNITS_PER_MARK;
    size_t count = subject->marks[mark];
    for (size_t at = mark * UNITS_PER_MARK; at < unit; at++) {
        count += !is_second(units[at]);
    }
    return count;
}

const uint8_t *subject_at(const subject_t *subject, size_t index) {
    if (subject->marks == NULL) {
        return subject->units + (index << subject->is_wide);
    }
    const uint16_t *units = (const uint16_t *)subject->units;
    size_t from = 0, to = subject->unit_count / UNITS_PER_MARK;
    while (from < to) {
        size_t middle = (from + to + 1) / 2;
        if (subject->marks[middle] <= index) {
            from = middle;
        } else {
            to = middle - 1;
        }
    }
    size_t unit = from * UNITS_PER_MARK;
    for (size_t count = subject->marks[from]; unit < subject->unit_count; unit++) {
        if (!is_second(units[unit]) && count++ == index) {
            break;
        }
    }
    return (const uint8_t *)(units + unit);
}

size_t subject_index(const subject_t *subject, const uint8_t *at) {
    size_t unit = (at - subject->units) >> subject->is_wide;
    return subject->marks == NULL ? unit : characters_before(subject, unit);
}

void subject_write(const subject_t *subject, vstr_t *text, const uint8_t *from, const uint8_t *to) {
    if (!subject->is_wide) {
        vstr_add_strn(text, (const char *)from, to - from);
        return;
    }
    for (const uint16_t *at = (const uint16_t *)from; at < (const uint16_t *)to; at++) {
        unichar character = *at;
        if (at + 1 < (const uint16_t *)to && (character & 0xfc00) == 0xd800 && is_second(at[1])) {
            character = ((character - 0xd7c0) << 10) + (*++at & 0x3ff);
        }
        vstr_add_char(text, character);
    }
}

mp_obj_t subject_text(const subject_t *subject, vstr_t *text) {
    return subject->is_bytes ? mp_obj_new_bytes_from_vstr(text) : mp_obj_new_str_from_utf8_vstr(text);
}

mp_obj_t subject_piece(const subject_t *subject, const uint8_t *from, const uint8_t *to) {
    if (subject->is_bytes) {
        return mp_obj_new_bytes(from, to - from);
    }
    if (!subject->is_wide) {
        return mp_obj_new_str_copy(&mp_type_str, from, to - from);
    }
    vstr_t text;
    vstr_init(&text, (to - from) + 1);
    subject_write(subject, &text, from, to);
    return subject_text(subject, &text);
}

mp_obj_t subject_empty(const subject_t *subject) {
    return subject->is_bytes ? mp_const_empty_bytes : MP_OBJ_NEW_QSTR(MP_QSTR_);
}
