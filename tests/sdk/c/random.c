/* A plugin that draws a seed when it is first needed, and gives what it makes of it. */
#include "../../../sdk/c/pocket.h"

#include <unistd.h>

static unsigned seed;

static pocket_status exec(pocket_call *call) {
    if (!seed && getentropy(&seed, sizeof seed)) return pocket_fail(call, "nothing is random");
    pocket_put_integer(&call->output, seed);
    return POCKET_OK;
}

static const pocket_node node = {"{\"type\": \"main\"}", exec, NULL, NULL};

POCKET_EXPORT(&node);
