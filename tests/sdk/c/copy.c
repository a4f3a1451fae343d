/* Writes what it reads, and answers how many bytes that were. */
#include "../../../sdk/c/pocket.h"

static pocket_status copy(pocket_call *call) {
    static char piece[65536];
    int64_t all = 0;
    int32_t got;
    while ((got = pocket_read(piece, sizeof piece)) > 0) all += pocket_write(piece, (size_t)got);
    pocket_put_integer(&call->output, all);
    return POCKET_OK;
}

static const pocket_node node = {"{\"type\": \"main\", \"stream\": true}", copy, NULL, NULL};

POCKET_EXPORT(&node);
