// The function `open`, on the folders that the host has granted.

#include "py/builtin.h"
#include "py/runtime.h"
#include "py/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <wasi/libc-find-relpath.h>

typedef struct {
    mp_obj_base_t base;
    int descriptor;
} file_t;

static const mp_obj_type_t binary_type, text_type;

static int flags_of(const char *mode) {
    bool is_updated = strchr(mode, '+') != NULL;
    switch (mode[0]) {
        case 'r': return is_updated ? O_RDWR : O_RDONLY;
        case 'w': return (is_updated ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
        case 'a': return (is_updated ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
        case 'x': return (is_updated ? O_RDWR : O_WRONLY) | O_CREAT | O_EXCL;
        default: mp_raise_ValueError(MP_ERROR_TEXT("the mode has to begin with r, w, a or x"));
    }
}

// Says what the manifest would have to ask for, where that is why.
static NORETURN void refuse(const char *path, int error) {
    const char *folder, *below;
    bool is_granted = __wasilibc_find_abspath(path, &folder, &below) >= 0;
    if (is_granted && error != EROFS && error != EACCES) {
        mp_raise_OSError_with_filename(error, path);
    }
    const char *right = !is_granted ? "" : error == EROFS ? "writing to " : "reading from ";
    mp_raise_msg_varg(&mp_type_OSError,
        MP_ERROR_TEXT("permission-denied: permissions.filesystem does not allow %s%s"), right, path);
}

static mp_obj_t open_file(size_t count, const mp_obj_t *positional, mp_map_t *named) {
    enum { PATH, MODE, ENCODING };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_file, MP_ARG_REQUIRED | MP_ARG_OBJ, { 0 } },
        { MP_QSTR_mode, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_r) } },
        // Text is UTF-8, as with every SDK; the name is there for CPython's sake.
        { MP_QSTR_encoding, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t given[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, positional, named, MP_ARRAY_SIZE(allowed), allowed, given);
    const char *path = mp_obj_str_get_str(given[PATH].u_obj);
    const char *mode = mp_obj_str_get_str(given[MODE].u_obj);
    int flags = flags_of(mode);
    bool is_binary = strchr(mode, 'b') != NULL;
    // The object is there before the file, so that none stays open when memory runs out.
    file_t *file = mp_obj_malloc_with_finaliser(file_t, is_binary ? &binary_type : &text_type);
    file->descriptor = open(path, flags, 0666);
    if (file->descriptor < 0) {
        refuse(path, errno);
    }
    return MP_OBJ_FROM_PTR(file);
}
MP_DEFINE_CONST_FUN_OBJ_KW(mp_builtin_open_obj, 1, open_file);

static mp_uint_t outcome(ssize_t result, int *error) {
    if (result < 0) {
        *error = errno;
        return MP_STREAM_ERROR;
    }
    return (mp_uint_t)result;
}

static mp_uint_t read_file(mp_obj_t self, void *bytes, mp_uint_t size, int *error) {
    file_t *file = MP_OBJ_TO_PTR(self);
    return outcome(read(file->descriptor, bytes, size), error);
}

static mp_uint_t write_file(mp_obj_t self, const void *bytes, mp_uint_t size, int *error) {
    file_t *file = MP_OBJ_TO_PTR(self);
    return outcome(write(file->descriptor, bytes, size), error);
}

static mp_uint_t control_file(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *error) {
    file_t *file = MP_OBJ_TO_PTR(self);
    if (request == MP_STREAM_SEEK) {
        struct mp_stream_seek_t *seek = (struct mp_stream_seek_t *)argument;
        static const int whence[] = { SEEK_SET, SEEK_CUR, SEEK_END };
        off_t place = lseek(file->descriptor, seek->offset, whence[seek->whence]);
        seek->offset = place;
        return outcome(place < 0 ? -1 : 0, error);
    }
    if (request == MP_STREAM_CLOSE) {
        int result = file->descriptor < 0 ? 0 : close(file->descriptor);
        file->descriptor = -1;
        return outcome(result, error);
    }
    // What is written is at the host at once.
    if (request == MP_STREAM_FLUSH) {
        return 0;
    }
    *error = EINVAL;
    return MP_STREAM_ERROR;
}

static const mp_rom_map_elem_t names[] = {
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_seek), MP_ROM_PTR(&mp_stream_seek_obj) },
    { MP_ROM_QSTR(MP_QSTR_tell), MP_ROM_PTR(&mp_stream_tell_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&mp_stream_close_obj) },
};
static MP_DEFINE_CONST_DICT(locals, names);

static const mp_stream_p_t binary_stream = {
    .read = read_file, .write = write_file, .ioctl = control_file,
};
static const mp_stream_p_t text_stream = {
    .read = read_file, .write = write_file, .ioctl = control_file, .is_text = true,
};

static MP_DEFINE_CONST_OBJ_TYPE(binary_type, MP_QSTR_FileIO, MP_TYPE_FLAG_ITER_IS_STREAM,
    protocol, &binary_stream, locals_dict, &locals);
static MP_DEFINE_CONST_OBJ_TYPE(text_type, MP_QSTR_TextIOWrapper, MP_TYPE_FLAG_ITER_IS_STREAM,
    protocol, &text_stream, locals_dict, &locals);
