// A text as libregexp sees it: ASCII and bytes as they are, any other text in UTF-16.

#ifndef POCKET_SUBJECT_H
#define POCKET_SUBJECT_H

#include "py/obj.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const uint8_t *units;
    // In characters.
    size_t length;
    bool is_wide;
    bool is_bytes;
    // Characters before every 64th unit, if some take two units; else NULL.
    const uint32_t *marks;
    size_t unit_count;
} subject_t;

// Errors are raised: it is no text and no bytes, or there is no memory.
void subject_of(subject_t *subject, mp_obj_t text);

// Between the index of a character and the place of its unit.
const uint8_t *subject_at(const subject_t *subject, size_t index);
size_t subject_index(const subject_t *subject, const uint8_t *at);

mp_obj_t subject_piece(const subject_t *subject, const uint8_t *from, const uint8_t *to);
mp_obj_t subject_empty(const subject_t *subject);
void subject_write(const subject_t *subject, vstr_t *text, const uint8_t *from, const uint8_t *to);
mp_obj_t subject_text(const subject_t *subject, vstr_t *text);

#endif
