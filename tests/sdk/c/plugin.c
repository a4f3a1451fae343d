/* A plugin that does what a test asks it to. */
#include "../../../sdk/c/pocket.h"

#include <stdio.h>

static int calls;

static pocket_status exec(pocket_call *call) {
    char *deed = pocket_text(call, pocket_get(call->input, "do"), NULL);
    char *arg = pocket_text(call, pocket_get(call->input, "arg"), NULL);
    pocket_writer *out = &call->output;
    if (!deed || !arg) return pocket_fail(call, "what is to be done?");
    if (!strcmp(deed, "calls")) pocket_put_integer(out, ++calls);
    if (!strcmp(deed, "env")) pocket_put_string(out, getenv(arg) ? getenv(arg) : "");
    if (!strcmp(deed, "get")) {
        pocket_value response = pocket_http(call, "GET", arg, NULL);
        if (!response.at) return POCKET_FAILED;
        pocket_put_value(out, pocket_get(response, "body"));
    }
    if (!strcmp(deed, "count")) {
        pocket_writer next = pocket_new_writer();
        pocket_value known = pocket_store_get(call, arg);
        if (!known.at) return POCKET_FAILED;
        pocket_put_integer(&next, pocket_integer(known, 0) + 1);
        pocket_put_integer(out, pocket_integer(known, 0) + 1);
        return pocket_store_set(call, arg, &next);
    }
    if (!strcmp(deed, "read")) {
        char text[64];
        FILE *file = fopen(arg, "r");
        if (!file) return pocket_fail(call, "there is no such file");
        pocket_put_text(out, text, fread(text, 1, sizeof text, file));
        fclose(file);
    }
    if (!strcmp(deed, "say")) puts(arg), pocket_log(POCKET_WARNING, arg);
    if (!strcmp(deed, "abort")) abort();
    return POCKET_OK;
}

static pocket_status copy(pocket_call *call) {
    static char piece[65536];
    int64_t all = 0;
    int32_t got;
    while ((got = pocket_read(piece, sizeof piece)) > 0) all += pocket_write(piece, (size_t)got);
    pocket_put_integer(&call->output, all);
    return POCKET_OK;
}

static const pocket_node node = {"{\"type\": \"main\"}", exec, NULL, NULL};
static const pocket_node copies = {"{\"type\": \"copy\", \"stream\": true}", copy, NULL, NULL};

POCKET_EXPORT(&node, &copies);
