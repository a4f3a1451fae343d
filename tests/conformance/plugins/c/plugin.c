/* Does what a case asks it to; cases.py says what that is. */
#define POCKET_NUMBERS
#include "pocket.h"

#include <stdio.h>
#include <strings.h>
#include <sys/random.h>

static int calls;

static char *text_of(pocket_call *call, const char *path) {
    return pocket_text(call, pocket_get(call->input, path), NULL);
}

static pocket_status http(pocket_call *call) {
    pocket_writer ask = pocket_new_writer(), *out = &call->output;
    pocket_value response, headers, pair = {NULL, NULL};
    pocket_begin_object(&ask);
    pocket_key(&ask, "call"), pocket_put_string(&ask, "http.request");
    pocket_key(&ask, "method"), pocket_put_string(&ask, "POST");
    pocket_key(&ask, "url"), pocket_put_value(&ask, pocket_get(call->input, "with.url"));
    pocket_key(&ask, "body"), pocket_put_value(&ask, pocket_get(call->input, "with.body"));
    pocket_key(&ask, "headers"), pocket_begin_object(&ask);
    pocket_key(&ask, "x-asked"), pocket_put_string(&ask, "yes");
    pocket_end(&ask);
    pocket_end(&ask);
    response = pocket_host_call(call, &ask);
    if (!response.at) return POCKET_FAILED;
    pocket_begin_object(out);
    pocket_key(out, "status"), pocket_put_value(out, pocket_get(response, "status"));
    headers = pocket_get(response, "headers");
    while (pocket_each(headers, NULL, &pair)) {
        if (strcasecmp(pocket_text(call, pocket_get(pair, "0"), NULL), "x-answer")) continue;
        pocket_key(out, "answered"), pocket_put_value(out, pocket_get(pair, "1"));
    }
    pocket_key(out, "body"), pocket_put_value(out, pocket_get(response, "body"));
    pocket_end(out);
    return POCKET_OK;
}

static pocket_status count(pocket_call *call, const char *key) {
    pocket_writer next = pocket_new_writer();
    pocket_value known = pocket_store_get(call, key);
    if (!known.at) return POCKET_FAILED;
    pocket_put_integer(&call->output, pocket_integer(known, 0) + 1);
    pocket_put_integer(&next, pocket_integer(known, 0) + 1);
    return pocket_store_set(call, key, &next);
}

static pocket_status keys(pocket_call *call) {
    pocket_writer ask = pocket_new_writer();
    pocket_value found;
    pocket_begin_object(&ask);
    pocket_key(&ask, "call"), pocket_put_string(&ask, "store.keys");
    pocket_key(&ask, "prefix"), pocket_put_value(&ask, pocket_get(call->input, "with"));
    pocket_end(&ask);
    found = pocket_host_call(call, &ask);
    if (!found.at) return POCKET_FAILED;
    pocket_put_value(&call->output, found);
    return POCKET_OK;
}

static pocket_status read_file(pocket_call *call, const char *path) {
    char text[64];
    FILE *file = fopen(path, "r");
    if (!file) return pocket_fail(call, "it cannot be read");
    pocket_put_text(&call->output, text, fread(text, 1, sizeof text, file));
    fclose(file);
    return POCKET_OK;
}

static pocket_status write_file(pocket_call *call) {
    char *path = text_of(call, "with.path"), *text = text_of(call, "with.text");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return pocket_fail(call, "it cannot be written");
    fputs(text, file);
    fclose(file);
    return POCKET_OK;
}

static pocket_status exec(pocket_call *call) {
    char *deed = text_of(call, "do"), *text = text_of(call, "with");
    pocket_value with = pocket_get(call->input, "with");
    pocket_writer *out = &call->output;
    if (!deed) return pocket_fail(call, "what is to be done?");
    if (!strcmp(deed, "echo")) pocket_put_value(out, with);
    else if (!strcmp(deed, "add")) pocket_put_integer(out, pocket_integer(pocket_get(with, "0"), 0) + pocket_integer(pocket_get(with, "1"), 0));
    else if (!strcmp(deed, "fail")) return pocket_fail(call, text); // the error
    else if (!strcmp(deed, "trap")) abort(); // the crash
    else if (!strcmp(deed, "log")) {
        pocket_log(POCKET_DEBUG, text), pocket_log(POCKET_INFO, text);
        pocket_log(POCKET_WARNING, text), pocket_log(POCKET_ERROR, text);
    } else if (!strcmp(deed, "print")) puts(text);
    else if (!strcmp(deed, "env")) {
        if (getenv(text)) pocket_put_string(out, getenv(text));
        else pocket_put_null(out);
    } else if (!strcmp(deed, "http")) return http(call);
    else if (!strcmp(deed, "refusal")) {
        pocket_value response = pocket_http(call, "GET", text, NULL);
        pocket_put_string(out, !response.at && !strncmp(call->error_, "permission-denied:", 18) ? "permission-denied" : "another");
    } else if (!strcmp(deed, "read")) return read_file(call, text);
    else if (!strcmp(deed, "write")) return write_file(call);
    else if (!strcmp(deed, "count")) return count(call, text);
    else if (!strcmp(deed, "keys")) return keys(call);
    else if (!strcmp(deed, "forget")) {
        pocket_value was = pocket_store_delete(call, text);
        if (!was.at) return POCKET_FAILED;
        pocket_put_value(out, was);
    } else if (!strcmp(deed, "random")) {
        uint64_t drawn;
        char digits[32];
        if (getentropy(&drawn, sizeof drawn)) return pocket_fail(call, "nothing is random");
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)drawn);
        pocket_put_string(out, digits);
    } else if (!strcmp(deed, "calls")) pocket_put_integer(out, ++calls);
    else if (!strcmp(deed, "config")) pocket_put_value(out, call->config);
    else return pocket_fail(call, "there is no such deed");
    return POCKET_OK;
}

static const pocket_node deeds = {
    "{\"type\": \"deeds\", \"category\": \"test\", \"description\": \"Does what its input says\","
    " \"configSchema\": {\"type\": \"object\", \"properties\": {"
    "   \"greeting\": {\"type\": \"string\", \"default\": \"h\\u00e4llo\"}, \"times\": {\"type\": \"integer\", \"default\": 2}}},"
    " \"examples\": [{\"name\": \"An echo\", \"input\": {\"do\": \"echo\", \"with\": [1]}, \"output\": [1]}]}",
    exec, NULL, NULL};

static pocket_status prep(pocket_call *call) {
    const char *text = pocket_text(call, call->input, NULL);
    if (text) pocket_put_number(&call->output, strtod(text, NULL));
    return POCKET_OK;
}

static pocket_status divide(pocket_call *call) {
    if (pocket_type_of(call->input) != POCKET_NUMBER) return pocket_fail(call, "that is no number");
    pocket_put_number(&call->output, pocket_number(call->input, 0) / 2);
    return POCKET_OK;
}

static pocket_status post(pocket_call *call) {
    if (pocket_number(call->result, 0) >= 1) return POCKET_OK;
    pocket_next(call, "small");
    pocket_put_string(&call->output, "small");
    return POCKET_OK;
}

static const pocket_node halve = {
    "{\"type\": \"halve\", \"category\": \"test\", \"description\": \"Halves a number, or a text of one\"}", divide, prep, post};

static pocket_status amplify(pocket_call *call) {
    static char piece[64 << 10];
    int64_t all = 0;
    int32_t length, i;
    while ((length = pocket_read(piece, sizeof piece)) > 0) {
        for (i = 0; i < length; i++) {
            if (piece[i] >= 'a' && piece[i] <= 'z') piece[i] -= 'a' - 'A';
        }
        pocket_write(piece, (size_t)length);
        all += length;
        if (pocket_type_of(call->input) == POCKET_STRING) return pocket_fail(call, pocket_text(call, call->input, NULL));
    }
    pocket_put_integer(&call->output, all);
    return POCKET_OK;
}

static const pocket_node louder = {
    "{\"type\": \"louder\", \"category\": \"test\", \"description\": \"Puts a stream into upper case\", \"stream\": true}", amplify, NULL, NULL};

POCKET_EXPORT(&deeds, &halve, &louder);

/* Nothing random is drawn before a call, so there is nothing to draw anew. */
__attribute__((export_name("__pocket_resume"))) void resume(void) {}
