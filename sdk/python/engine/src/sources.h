// Where Python's modules come from.

#ifndef POCKET_SOURCES_H
#define POCKET_SOURCES_H

#include <stddef.h>

// Takes the plugin's bundle: a JSON object with the text of each file by its path.
// Raises ValueError where it is none.
void sources_set(const char *bundle, size_t length);

// A module of the engine's own, in source; generated of python/ and the SDK.
typedef struct {
    const char *path;
    const char *text;
    size_t length;
} sources_file_t;

extern const sources_file_t sources_own[];
extern const size_t sources_own_count;

#endif
