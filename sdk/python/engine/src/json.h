// JSON, as Python's objects.

#ifndef POCKET_JSON_H
#define POCKET_JSON_H

#include "py/obj.h"

// A NUL has to follow the text. Raises ValueError with the place where it is not JSON.
mp_obj_t json_read(const char *text, size_t length);

#endif
