/* The plugin as Pocket sees it, without WebAssembly. */
#include "../src/plugin.c"

#include <stdio.h>

static int failed;

static void gives(const char *config, const char *input, const char *expected) {
    char request[512];
    const char *form = "{\"node\": \"{{NAME}}\", \"function\": \"run\", \"config\": %s, \"input\": %s}";
    const char *answer;
    snprintf(request, sizeof request, form, config, input);
    answer = pocket_run(request);
    if (!strcmp(answer, expected)) return;
    fprintf(stderr, "%s gave\n    %s\nnot %s\n", input, answer, expected);
    failed = 1;
}

int main(void) {
    gives("{\"marks\": 1}", "{\"text\": \"hello\"}", "{\"success\":true,\"output\":{\"text\":\"HELLO!\"}}");
    gives("{\"marks\": 3}", "{\"text\": \"hi\"}", "{\"success\":true,\"output\":{\"text\":\"HI!!!\"}}");
    gives("{}", "{\"text\": \"\"}", "{\"success\":false,\"error\":\"there is nothing to shout\"}");
    puts(failed ? "FAILED" : "ok");
    return failed;
}
