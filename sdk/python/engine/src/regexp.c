// The module `_regexp`: libregexp of QuickJS, with Python's notions of a match (regexp.patch). `re` writes
// a pattern in libregexp's syntax (python/_re_syntax.py), and tells here what is to be found.

#include "subject.h"

#include "libregexp.h"
#include "py/objlist.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "py/stackctrl.h"

#include <stdlib.h>
#include <string.h>

// What libregexp wants of its user. The CPU limit of the call ends whatever takes too long.

bool lre_check_stack_overflow(void *opaque, size_t size) {
    return mp_stack_usage() + size > MP_STATE_THREAD(stack_limit);
}

int lre_check_timeout(void *opaque) {
    return 0;
}

void *lre_realloc(void *opaque, void *pointer, size_t size) {
    if (size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, size);
}

// Letters and numbers of Unicode, gathered when the first is asked for.
static CharRange words;

static void gather_words(void) {
    CharRange numbers;
    cr_init(&words, NULL, lre_realloc);
    cr_init(&numbers, NULL, lre_realloc);
    bool is_whole = unicode_general_category(&words, "L") == 0 && unicode_general_category(&numbers, "N") == 0
        && cr_op1(&words, numbers.points, numbers.len, CR_OP_UNION) == 0;
    cr_free(&numbers);
    if (!is_whole) {
        cr_free(&words);
        words.points = NULL;
        m_malloc_fail(sizeof words);
    }
}

bool lre_is_word(uint32_t character, bool is_unicode) {
    if (character < 128) {
        return lre_is_word_byte(character) != 0;
    }
    // Each range begins at an even point and ends before an odd one.
    int from = 0, to = is_unicode ? words.len : 0;
    while (from < to) {
        int middle = (from + to) / 2;
        if (words.points[middle] <= character) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from % 2 != 0;
}

// Names that only patterns have that `re` never writes; without them their tables stay out.

int regexp_no_script(CharRange *set, const char *name, bool is_extended) {
    return -2;
}

int regexp_no_prop(CharRange *set, const char *name) {
    return -2;
}

int regexp_no_sequence_prop(const char *name, UnicodeSequencePropCB *callback, void *opaque, CharRange *set) {
    return -2;
}

// The bytecode of a pattern, of whose groups the numbers are given, 0 before them. It ends in a table the
// other way round.
static mp_obj_t compile(mp_obj_t pattern, mp_obj_t ignores_case, mp_obj_t numbers) {
    size_t length;
    const char *text = mp_obj_str_get_data(pattern, &length);
    int flags = LRE_FLAG_UNICODE | LRE_FLAG_UNICODE_SETS | LRE_FLAG_DOTALL;
    flags |= mp_obj_is_true(ignores_case) ? LRE_FLAG_IGNORECASE : 0;
    char problem[64];
    int size;
    uint8_t *code = lre_compile(&size, problem, sizeof problem, text, length, flags, NULL);
    if (code == NULL) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), problem);
    }
    int groups = lre_get_capture_count(code);
    size_t count;
    mp_obj_t *given;
    mp_obj_get_array(numbers, &count, &given);
    vstr_t copy;
    vstr_init_len(&copy, size + groups);
    memcpy(copy.buf, code, size);
    free(code);
    memset(copy.buf + size, 0, groups);
    for (size_t group = 1; group < count; group++) {
        copy.buf[size + mp_obj_get_int(given[group])] = group;
    }
    return mp_obj_new_bytes_from_vstr(&copy);
}
static MP_DEFINE_CONST_FUN_OBJ_3(compile_object, compile);

// Going through the matches of a text.
typedef struct {
    const uint8_t *code;
    subject_t subject;
    const uint8_t *from;
    const uint8_t *end;
    LREWanted wanted;
    int groups;
    uint8_t **spans;
    size_t last_group;
} search_t;

static size_t spans_size(mp_obj_t code) {
    return lre_get_alloc_count((const uint8_t *)mp_obj_str_get_str(code)) * sizeof(uint8_t *);
}

static search_t begin(mp_obj_t code, mp_obj_t text, mp_obj_t from, mp_obj_t to, uint8_t **spans) {
    search_t search = { .code = (const uint8_t *)mp_obj_str_get_str(code), .spans = spans };
    subject_of(&search.subject, text);
    if (search.subject.is_wide && words.points == NULL) {
        gather_words();
    }
    search.groups = lre_get_capture_count(search.code);
    search.from = subject_at(&search.subject, mp_obj_get_int(from));
    search.end = subject_at(&search.subject, mp_obj_get_int(to));
    return search;
}

static bool next(search_t *search) {
    const subject_t *subject = &search->subject;
    int shift = subject->is_wide;
    if (search->from > search->end) {
        return false;
    }
    int found = lre_exec(search->spans, search->code, subject->units, (search->from - subject->units) >> shift,
        (search->end - subject->units) >> shift, shift, &search->wanted, NULL);
    if (found < 0) {
        m_malloc_fail(search->end - search->from);
    }
    if (found == 0) {
        return false;
    }
    search->last_group = (uintptr_t)search->spans[lre_get_alloc_count(search->code) - 1];
    // An empty match is followed by one that is not, or begins later.
    search->from = search->spans[1];
    search->wanted.refused_end = search->spans[0] == search->spans[1] ? search->spans[1] : NULL;
    return true;
}

static bool has(const search_t *search, int group) {
    return search->spans[2 * group] != NULL && search->spans[2 * group + 1] != NULL;
}

// The group that was closed last, 0 if none; then where each group begins and ends, -1 if it has no part.
static mp_obj_t place(const search_t *search) {
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(1 + 2 * search->groups, NULL));
    tuple->items[0] = MP_OBJ_NEW_SMALL_INT(search->last_group);
    for (int at = 0; at < 2 * search->groups; at++) {
        bool is_set = has(search, at / 2);
        tuple->items[1 + at] =
            MP_OBJ_NEW_SMALL_INT(is_set ? (mp_int_t)subject_index(&search->subject, search->spans[at]) : -1);
    }
    return MP_OBJ_FROM_PTR(tuple);
}

static mp_obj_t piece(const search_t *search, int group) {
    return subject_piece(&search->subject, search->spans[2 * group], search->spans[2 * group + 1]);
}

static mp_obj_t piece_or(const search_t *search, int group, mp_obj_t missing) {
    return has(search, group) ? piece(search, group) : missing;
}

// match(code, text, from, to, is_anchored, is_full): its place, or None.
static mp_obj_t match(size_t count, const mp_obj_t *given) {
    search_t search = begin(given[0], given[1], given[2], given[3], alloca(spans_size(given[0])));
    search.wanted.is_anchored = mp_obj_is_true(given[4]);
    search.wanted.is_full = mp_obj_is_true(given[5]);
    return next(&search) ? place(&search) : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(match_object, 6, 6, match);

// places(code, text, from, to, most): the places of all matches; `most` is 0 for any number.
static mp_obj_t places(size_t count, const mp_obj_t *given) {
    search_t search = begin(given[0], given[1], given[2], given[3], alloca(spans_size(given[0])));
    mp_obj_t found = mp_obj_new_list(0, NULL);
    for (mp_int_t left = mp_obj_get_int(given[4]); next(&search);) {
        mp_obj_list_append(found, place(&search));
        if (--left == 0) {
            break;
        }
    }
    return found;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(places_object, 5, 5, places);

// find(code, text, from, to, groups): what `findall` gives; the groups are those that the pattern names.
static mp_obj_t find(size_t count, const mp_obj_t *given) {
    search_t search = begin(given[0], given[1], given[2], given[3], alloca(spans_size(given[0])));
    size_t groups;
    mp_obj_t *numbers;
    mp_obj_get_array(given[4], &groups, &numbers);
    mp_obj_t found = mp_obj_new_list(0, NULL);
    while (next(&search)) {
        if (groups == 0) {
            mp_obj_list_append(found, piece(&search, 0));
            continue;
        }
        mp_obj_tuple_t *row = MP_OBJ_TO_PTR(mp_obj_new_tuple(groups, NULL));
        for (size_t at = 0; at < groups; at++) {
            row->items[at] =
                piece_or(&search, MP_OBJ_SMALL_INT_VALUE(numbers[at]), subject_empty(&search.subject));
        }
        mp_obj_list_append(found, groups == 1 ? row->items[0] : MP_OBJ_FROM_PTR(row));
    }
    return found;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(find_object, 5, 5, find);

// split(code, text, to, most, groups): what is between the matches, and the groups.
static mp_obj_t split(size_t count, const mp_obj_t *given) {
    search_t search =
        begin(given[0], given[1], MP_OBJ_NEW_SMALL_INT(0), given[2], alloca(spans_size(given[0])));
    size_t groups;
    mp_obj_t *numbers;
    mp_obj_get_array(given[4], &groups, &numbers);
    mp_obj_t pieces = mp_obj_new_list(0, NULL);
    const uint8_t *done = search.from;
    for (mp_int_t left = mp_obj_get_int(given[3]); next(&search);) {
        mp_obj_list_append(pieces, subject_piece(&search.subject, done, search.spans[0]));
        for (size_t at = 0; at < groups; at++) {
            mp_obj_list_append(pieces, piece_or(&search, MP_OBJ_SMALL_INT_VALUE(numbers[at]), mp_const_none));
        }
        done = search.spans[1];
        if (--left == 0) {
            break;
        }
    }
    mp_obj_list_append(pieces, subject_piece(&search.subject, done, search.end));
    return pieces;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(split_object, 5, 5, split);

// replace(code, text, to, most, template): the new text and how often something was replaced. The
// template is a list of texts and numbers of groups.
static mp_obj_t replace(size_t count, const mp_obj_t *given) {
    search_t search =
        begin(given[0], given[1], MP_OBJ_NEW_SMALL_INT(0), given[2], alloca(spans_size(given[0])));
    size_t parts;
    mp_obj_t *template;
    mp_obj_get_array(given[4], &parts, &template);
    vstr_t text;
    vstr_init(&text, (search.end - search.from) + 16);
    const uint8_t *done = search.from;
    mp_int_t replaced = 0;
    for (mp_int_t left = mp_obj_get_int(given[3]); next(&search);) {
        subject_write(&search.subject, &text, done, search.spans[0]);
        for (size_t at = 0; at < parts; at++) {
            if (mp_obj_is_small_int(template[at])) {
                int group = MP_OBJ_SMALL_INT_VALUE(template[at]);
                if (has(&search, group)) {
                    subject_write(&search.subject, &text, search.spans[2 * group], search.spans[2 * group + 1]);
                }
            } else {
                size_t length;
                const char *literal = mp_obj_str_get_data(template[at], &length);
                vstr_add_strn(&text, literal, length);
            }
        }
        done = search.spans[1];
        replaced++;
        if (--left == 0) {
            break;
        }
    }
    subject_write(&search.subject, &text, done, search.end);
    mp_obj_t both[] = { subject_text(&search.subject, &text), MP_OBJ_NEW_SMALL_INT(replaced) };
    return mp_obj_new_tuple(2, both);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(replace_object, 5, 5, replace);

// The text from one index to another.
static mp_obj_t slice(mp_obj_t text, mp_obj_t from, mp_obj_t to) {
    subject_t subject;
    subject_of(&subject, text);
    return subject_piece(
        &subject, subject_at(&subject, mp_obj_get_int(from)), subject_at(&subject, mp_obj_get_int(to)));
}
static MP_DEFINE_CONST_FUN_OBJ_3(slice_object, slice);

// The length of the text, negative if there is more in it than ASCII.
static mp_obj_t measure(mp_obj_t text) {
    subject_t subject;
    subject_of(&subject, text);
    mp_int_t length = subject.length;
    return MP_OBJ_NEW_SMALL_INT(subject.is_wide ? -length : length);
}
static MP_DEFINE_CONST_FUN_OBJ_1(measure_object, measure);

static const mp_rom_map_elem_t names[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__regexp) },
    { MP_ROM_QSTR(MP_QSTR_compile), MP_ROM_PTR(&compile_object) },
    { MP_ROM_QSTR(MP_QSTR_match), MP_ROM_PTR(&match_object) },
    { MP_ROM_QSTR(MP_QSTR_places), MP_ROM_PTR(&places_object) },
    { MP_ROM_QSTR(MP_QSTR_find), MP_ROM_PTR(&find_object) },
    { MP_ROM_QSTR(MP_QSTR_split), MP_ROM_PTR(&split_object) },
    { MP_ROM_QSTR(MP_QSTR_replace), MP_ROM_PTR(&replace_object) },
    { MP_ROM_QSTR(MP_QSTR_slice), MP_ROM_PTR(&slice_object) },
    { MP_ROM_QSTR(MP_QSTR_measure), MP_ROM_PTR(&measure_object) },
};
static MP_DEFINE_CONST_DICT(globals, names);

const mp_obj_module_t regexp_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR__regexp, regexp_module);
