/* Nodes of pocket.h, called as the host calls them. */
#define POCKET_NUMBERS
#include "../pocket.h"

#include <assert.h>

/* Halves a number, or a text of one; what is small goes elsewhere. */
static pocket_status prep(pocket_call *call) {
    const char *text = pocket_text(call, call->input, NULL);
    if (text) pocket_put_number(&call->output, strtod(text, NULL));
    return POCKET_OK;
}

static pocket_status halve(pocket_call *call) {
    if (pocket_type_of(call->input) != POCKET_NUMBER) return pocket_fail(call, "that is no number");
    pocket_put_number(&call->output, pocket_number(call->input, 0) / 2);
    return POCKET_OK;
}

static pocket_status post(pocket_call *call) {
    if (pocket_number(call->result, 0) < 1) {
        pocket_next(call, "small");
        pocket_put_string(&call->output, "small");
    }
    return POCKET_OK;
}

/* Does what its input says. */
static pocket_status perform(pocket_call *call) {
    char *deed = pocket_text(call, call->input, NULL);
    pocket_value value;
    if (!strcmp(deed, "silent")) return POCKET_FAILED;
    if (!strcmp(deed, "open")) pocket_begin_object(&call->output);
    if (!strcmp(deed, "fetch")) {
        if (!(value = pocket_http(call, "GET", "http://a.example/", NULL)).at) return POCKET_FAILED;
        pocket_put_value(&call->output, pocket_get(value, "body"));
    }
    if (!strcmp(deed, "headers")) {
        const char *const headers[] = {"Accept", "text/plain", "X-Quote", "\"", NULL};
        if (!(value = pocket_http_with(call, "POST", "http://a.example/", headers, "b")).at) return POCKET_FAILED;
        pocket_begin_array(&call->output);
        pocket_put_value(&call->output, pocket_header(value, "content-TYPE"));
        pocket_put_bool(&call->output, pocket_header(value, "content").at != NULL);
        pocket_end(&call->output);
    }
    if (!strcmp(deed, "store")) {
        pocket_writer number = pocket_new_writer();
        pocket_put_integer(&number, 1 + pocket_integer(pocket_store_get(call, "n"), 0));
        if (pocket_store_set(call, "n", &number)) return POCKET_FAILED;
        pocket_put_value(&call->output, pocket_store_get(call, "n"));
    }
    if (!strcmp(deed, "half a value")) {
        pocket_writer half = pocket_new_writer();
        pocket_begin_array(&half);
        return pocket_store_set(call, "n", &half);
    }
    if (!strcmp(deed, "copy")) {
        char piece[4];
        int32_t got, all = 0;
        while ((got = pocket_read(piece, sizeof piece)) > 0) all += pocket_write(piece, (size_t)got);
        if (got < 0) return pocket_fail(call, "there is no stream");
        pocket_put_integer(&call->output, all);
    }
    if (!strcmp(deed, "go on")) (void)pocket_store_delete(call, "x");
    return POCKET_OK;
}

static const pocket_node halves = {"{\"type\": \"halve\", \"description\": \"é\"}", halve, prep, post};
static const pocket_node deeds = {"{\"type\": \"deeds\"}", perform, NULL, NULL};

POCKET_EXPORT(&halves, &deeds);

static void answers(const char *request, const char *response) {
    const char *answer = pocket_run(request);
    if (strcmp(answer, response)) {
        fprintf(stderr, "%s gave\n    %s\nnot %s\n", request, answer, response);
        exit(1);
    }
}

static const char *kept = "null";

static const char *host(const char *question) {
    static char answer[256];
    pocket_value asked = pocket_parse(question, strlen(question));
    pocket_value call = pocket_get(asked, "call"), value = pocket_get(asked, "value");
    if (pocket_is(call, "store.set", 9)) {
        static char copy[64];
        snprintf(copy, sizeof copy, "%.*s", (int)(value.end - value.at), value.at);
        kept = copy;
        return "{\"ok\": true, \"value\": null}";
    }
    if (pocket_is(call, "store.get", 9)) {
        snprintf(answer, sizeof answer, "{\"ok\": true, \"value\": %s}", kept);
        return answer;
    }
    if (pocket_get(asked, "headers").at) {
        pocket_value headers = pocket_get(asked, "headers");
        assert(pocket_count(headers) == 2 && pocket_is(pocket_get(headers, "1.1"), "\"", 1));
        return "{\"ok\": true, \"value\": {\"headers\": [[\"Date\", \"now\"], [\"Content-Type\", \"text/html\"]]}}";
    }
    if (pocket_is(call, "http.request", 12)) return "{\"ok\": true, \"value\": {\"status\": 200, \"body\": \"h\\u00e9\"}}";
    return "{\"ok\": false, \"error\": {\"code\": \"permission-denied\", \"message\": \"no \\\"store\\\"\"}}";
}

#define DEED(deed) "{\"node\": \"deeds\", \"function\": \"run\", \"input\": \"" deed "\"}"
#define ERROR(message) "{\"success\":false,\"error\":\"" message "\"}"

int main(void) {
    answers("{\"node\": \"halve\", \"function\": \"run\", \"input\": \"5\"}", "{\"success\":true,\"output\":2.5}");
    answers("{\"node\": \"halve\", \"function\": \"run\", \"input\": 1}", "{\"success\":true,\"output\":\"small\",\"next\":\"small\"}");
    answers("{\"node\": \"h\\u0061lve\", \"function\": \"prep\", \"input\": \"5\"}", "{\"success\":true,\"output\":5}");
    answers("{\"node\": \"halve\", \"function\": \"prep\", \"input\": [ 5 ]}", "{\"success\":true,\"output\":[ 5 ]}");
    answers("{\"node\": \"halve\", \"function\": \"exec\", \"prepResult\": 5}", "{\"success\":true,\"output\":2.5}");
    answers("{\"node\": \"halve\", \"function\": \"post\", \"execResult\": 3}", "{\"success\":true,\"output\":3}");
    answers("{\"node\": \"halve\", \"function\": \"run\"}", ERROR("that is no number"));
    answers("{\"node\": \"halve\", \"function\": \"dance\"}", ERROR("unknown function"));
    answers("{\"node\": \"double\", \"function\": \"run\"}", ERROR("the plugin has no such node type"));
    answers("{\"node\": ", ERROR("the request is not JSON, or too deep"));
    answers("{\"node\": \"\", \"function\": \"metadata\"}",
            "{\"success\":true,\"output\":{\"abi\":1,\"functions\":[\"metadata\",\"run\",\"prep\",\"exec\",\"post\"],"
            "\"nodes\":[{\"type\": \"halve\", \"description\": \"é\"},{\"type\": \"deeds\"}]}}");
    answers(DEED("nothing"), "{\"success\":true,\"output\":null}");
    answers(DEED("silent"), ERROR("the node failed without a message"));
    answers(DEED("open"), ERROR("output: an object or array is not ended"));
    answers(DEED("fetch"), ERROR("unavailable: there is no host"));
    pocket_test_host = host;
    answers(DEED("fetch"), "{\"success\":true,\"output\":\"h\\u00e9\"}");
    answers(DEED("headers"), "{\"success\":true,\"output\":[\"text/html\",false]}");
    answers(DEED("store"), "{\"success\":true,\"output\":1}");
    answers(DEED("store"), "{\"success\":true,\"output\":2}");
    answers(DEED("half a value"), ERROR("store.set: the value is not whole"));
    answers(DEED("go on"), "{\"success\":true,\"output\":null}");
    answers(DEED("copy"), ERROR("there is no stream"));
    pocket_test_input = tmpfile(), pocket_test_output = tmpfile();
    assert(pocket_test_input && pocket_test_output);
    fputs("hello, stream", pocket_test_input), rewind(pocket_test_input);
    answers(DEED("copy"), "{\"success\":true,\"output\":13}");
    assert(ftell(pocket_test_output) == 13);
    fclose(pocket_test_input), fclose(pocket_test_output);
    puts("calls: ok");
    return 0;
}
