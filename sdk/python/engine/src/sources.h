// Where Python's modules come from.

#ifndef POCKET_SOURCES_H
#define POCKET_SOURCES_H

#include <stddef.h>

// Takes the plugin's bundle: a JSON object with the text of each file by its path.
// Raises ValueError where it is none.
void sources_set(const char *bundle, size_t length);

#endif
