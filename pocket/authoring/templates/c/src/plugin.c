/* Says a text louder. */
#include <ctype.h>

#include "pocket.h"

/* The configSchema is what a workflow may write as the node's config; Pocket checks it and fills in
 * defaults. `pocket plugins test` holds the plugin to the examples. */
#define TEXT \
    "{\"type\": \"object\", \"required\": [\"text\"], \"properties\": {\"text\": {\"type\": \"string\"}}}"

static const char metadata[] =
    "{\"type\": \"{{NAME}}\", \"category\": \"text\", \"description\": \"Says a text louder\","
    " \"configSchema\": {\"type\": \"object\", \"additionalProperties\": false,"
    "   \"properties\": {\"marks\": {\"type\": \"integer\", \"default\": 1, \"minimum\": 0, \"maximum\": 10,"
    "     \"description\": \"Exclamation marks at the end\"}}},"
    " \"inputSchema\": " TEXT ", \"outputSchema\": " TEXT ","
    " \"examples\": ["
    "   {\"name\": \"A greeting\", \"input\": {\"text\": \"hello\"}, \"output\": {\"text\": \"HELLO!\"}},"
    "   {\"name\": \"Much louder\", \"config\": {\"marks\": 3},"
    "    \"input\": {\"text\": \"hi\"}, \"output\": {\"text\": \"HI!!!\"}}]}";

static pocket_status exec(pocket_call *call) {
    size_t length, i;
    char *text = pocket_text(call, pocket_get(call->input, "text"), &length);
    size_t marks = (size_t)pocket_integer(pocket_get(call->config, "marks"), 1);
    char *loud;
    /* The message becomes the error of the call. */
    if (!text || !length) return pocket_fail(call, "there is nothing to shout");
    loud = (char *)pocket_allocate(call, length + marks);
    if (!loud) return pocket_fail(call, "there is no memory for so long a text");
    for (i = 0; i < length; i++) loud[i] = (char)toupper((unsigned char)text[i]);
    memset(loud + length, '!', marks);
    pocket_begin_object(&call->output);
    pocket_key(&call->output, "text"), pocket_put_text(&call->output, loud, length + marks);
    pocket_end(&call->output);
    return POCKET_OK;
}

static const pocket_node shout = {metadata, exec, NULL, NULL};

POCKET_EXPORT(&shout);
