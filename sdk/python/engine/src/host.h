// What the engine asks of its host.

#ifndef POCKET_HOST_H
#define POCKET_HOST_H

#include "py/obj.h"

#include <stdbool.h>
#include <stddef.h>

// Levels of the log, as in the ABI.
enum { HOST_DEBUG = 0, HOST_INFO = 1, HOST_WARNING = 2, HOST_ERROR = 3 };

void host_log(int level, const char *line, size_t length);

// An exception as Python prints it, with where it was raised.
vstr_t host_traceback(mp_obj_t error);

// Whether the plugin has started: what is made before, every call finds.
extern bool host_has_started;

// The next random number is drawn from the host's again.
void host_forget_random(void);

#endif
