// Imports from the plugin's bundle; what is not there, MicroPython takes from the modules that the engine
// carries compiled (../freeze.py). No file of the world outside can be imported.

#include "sources.h"
#include "json.h"

#include "py/builtin.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/runtime.h"

#include <string.h>

MP_REGISTER_ROOT_POINTER(mp_obj_t pocket_bundle);

void sources_set(const char *bundle, size_t length) {
    mp_obj_t files = json_read(bundle, length);
    if (!mp_obj_is_type(files, &mp_type_dict)) {
        mp_raise_ValueError(MP_ERROR_TEXT("the plugin's source is no object of files"));
    }
    MP_STATE_VM(pocket_bundle) = files;
}

static mp_obj_t bundled(const char *path) {
    mp_map_t *files = mp_obj_dict_get_map(MP_STATE_VM(pocket_bundle));
    mp_map_elem_t *found =
        mp_map_lookup(files, mp_obj_new_str(path, strlen(path)), MP_MAP_LOOKUP);
    return found == NULL ? MP_OBJ_NULL : found->value;
}

static bool is_file(const char *path) {
    return bundled(path) != MP_OBJ_NULL;
}

// Paths that begin with this one and a slash make it a folder.
static bool is_folder(const char *path) {
    size_t length = strlen(path);
    mp_map_t *files = mp_obj_dict_get_map(MP_STATE_VM(pocket_bundle));
    for (size_t slot = 0; slot < files->alloc; slot++) {
        if (mp_map_slot_is_filled(files, slot)) {
            const char *other = mp_obj_str_get_str(files->table[slot].key);
            if (strncmp(other, path, length) == 0 && other[length] == '/') {
                return true;
            }
        }
    }
    return false;
}

mp_import_stat_t mp_import_stat(const char *path) {
    if (is_file(path)) {
        return MP_IMPORT_STAT_FILE;
    }
    return is_folder(path) ? MP_IMPORT_STAT_DIR : MP_IMPORT_STAT_NO_EXIST;
}

mp_lexer_t *mp_lexer_new_from_file(qstr path) {
    mp_obj_t text = bundled(qstr_str(path));
    if (text == MP_OBJ_NULL) {
        mp_raise_OSError(MP_ENOENT);
    }
    size_t length;
    const char *start = mp_obj_str_get_data(text, &length);
    return mp_lexer_new_from_str_len(path, start, length, 0);
}
