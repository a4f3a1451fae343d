// The module `binascii`: base64 only. <https://www.rfc-editor.org/rfc/rfc4648#section-4>

#include "py/objstr.h"
#include "py/runtime.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static mp_obj_t encode(size_t count, const mp_obj_t *positional, mp_map_t *named) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_data, MP_ARG_REQUIRED | MP_ARG_OBJ, { 0 } },
        { MP_QSTR_newline, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = true } },
    };
    mp_arg_val_t given[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, positional, named, MP_ARRAY_SIZE(allowed), allowed, given);
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(given[0].u_obj, &bytes, MP_BUFFER_READ);
    const unsigned char *from = bytes.buf;
    vstr_t text;
    vstr_init(&text, (bytes.len + 2) / 3 * 4 + 1);
    for (size_t at = 0; at < bytes.len; at += 3) {
        size_t left = MIN(bytes.len - at, 3);
        uint32_t three = from[at] << 16 | (left > 1 ? from[at + 1] << 8 : 0) | (left > 2 ? from[at + 2] : 0);
        for (size_t digit = 0; digit < 4; digit++) {
            vstr_add_byte(&text, digit <= left ? digits[three >> (18 - 6 * digit) & 63] : '=');
        }
    }
    if (given[1].u_bool) {
        vstr_add_byte(&text, '\n');
    }
    return mp_obj_new_bytes_from_vstr(&text);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(encode_object, 1, encode);

// What is no digit is passed over, as in CPython; padding ends the text.
static mp_obj_t decode(mp_obj_t text) {
    mp_buffer_info_t source;
    mp_get_buffer_raise(text, &source, MP_BUFFER_READ);
    vstr_t bytes;
    vstr_init(&bytes, source.len / 4 * 3 + 3);
    uint32_t bits = 0;
    size_t count = 0;
    for (size_t at = 0; at < source.len; at++) {
        char character = ((const char *)source.buf)[at];
        const char *digit = character ? strchr(digits, character) : NULL;
        if (character == '=') {
            break;
        }
        if (digit == NULL) {
            continue;
        }
        bits = bits << 6 | (uint32_t)(digit - digits);
        if (++count % 4 != 1) {
            vstr_add_byte(&bytes, bits >> (6 - 2 * ((count - 1) % 4)));
        }
    }
    if (count % 4 == 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("incorrect padding"));
    }
    return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(decode_object, decode);

static const mp_rom_map_elem_t names[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_binascii) },
    { MP_ROM_QSTR(MP_QSTR_b2a_base64), MP_ROM_PTR(&encode_object) },
    { MP_ROM_QSTR(MP_QSTR_a2b_base64), MP_ROM_PTR(&decode_object) },
};
static MP_DEFINE_CONST_DICT(globals, names);

const mp_obj_module_t binascii_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_binascii, binascii_module);
