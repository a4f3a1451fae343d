// JSON, as Python's objects.

#ifndef POCKET_JSON_H
#define POCKET_JSON_H

#include "py/obj.h"

// Raises ValueError with the place where the text is not JSON.
mp_obj_t json_read(const char *text, size_t length);

#endif
