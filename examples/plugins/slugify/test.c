/* The plugin as the host sees it, without WebAssembly. */
#include "plugin.c"

#include <assert.h>
#include <stdio.h>

static const char *ask(const char *config, const char *text) {
    static char request[1024];
    const char *form = "{\"node\": \"slugify\", \"function\": \"run\", \"config\": %s, \"input\": {\"text\": %s}}";
    snprintf(request, sizeof request, form, config, text);
    return pocket_run(request);
}

static void gives(const char *config, const char *text, const char *slug, const char *cut) {
    char expected[256];
    const char *form = "{\"success\":true,\"output\":{\"slug\":\"%s\",\"cut\":%s}}";
    const char *answer = ask(config, text);
    snprintf(expected, sizeof expected, form, slug, cut);
    if (strcmp(answer, expected)) {
        fprintf(stderr, "%s gave\n    %s\nnot %s\n", text, answer, expected);
        exit(1);
    }
}

static void fails(const char *text, const char *error) {
    char expected[256];
    snprintf(expected, sizeof expected, "{\"success\":false,\"error\":\"%s\"}", error);
    assert(!strcmp(ask("{}", text), expected));
}

int main(void) {
    gives("{}", "\"Hello, World\"", "hello-world", "false");
    gives("{}", "\"  Cr\\u00e8me br\xC3\xBBl\xC3\xA9""e \xE2\x80\x94 \xF0\x9F\x8D\xAE 2 ways! \"", "creme-brulee-2-ways", "false");
    gives("{}", "\"\xC3\x97 a\xC3\x97z \xC5\xB8\xC5\xBF\"", "a-z-ys", "false");
    gives("{\"separator\": \"_\"}", "\"a b\"", "a_b", "false");
    gives("{\"maxLength\": 5}", "\"one two\"", "one", "true");
    gives("{\"maxLength\": 7}", "\"one two\"", "one-two", "false");
    gives("{\"maxLength\": 2}", "\"one two\"", "on", "true");
    gives("{\"maxLength\": 1000000000000}", "\"one\"", "one", "false");
    fails("\" \xE2\x80\xA6 \"", "the text has no letters and no digits");
    fails("7", "input.text is not a text");
    puts("slugify: ok");
    return 0;
}
