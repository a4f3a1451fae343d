/* Slugify makes the last part of a URL of a title: "Crème brûlée, 2 ways" becomes creme-brulee-2-ways. */
#include "pocket.h"

static const char metadata[] =
    "{\"type\": \"slugify\", \"category\": \"text\","
    " \"description\": \"Make a part of a URL of a title\","
    " \"configSchema\": {\"type\": \"object\", \"properties\": {"
    "   \"separator\": {\"type\": \"string\", \"enum\": [\"-\", \"_\", \".\"], \"default\": \"-\"},"
    "   \"maxLength\": {\"type\": \"integer\", \"minimum\": 1, \"default\": 80}}},"
    " \"inputSchema\": {\"type\": \"object\", \"properties\": {\"text\": {\"type\": \"string\"}}, \"required\": [\"text\"]},"
    " \"examples\": ["
    "  {\"name\": \"A title with accents\", \"config\": {}, \"input\": {\"text\": \"Crème brûlée, 2 ways!\"},"
    "   \"output\": {\"slug\": \"creme-brulee-2-ways\", \"cut\": false}},"
    "  {\"name\": \"No longer than it may be\", \"config\": {\"separator\": \"_\", \"maxLength\": 9},"
    "   \"input\": {\"text\": \"One two three\"}, \"output\": {\"slug\": \"one_two\", \"cut\": true}}]}";

/* What stands for the letters from U+00C0, U+0100 and U+0140 on; a dot for what is no letter. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* The letter or digit at `at`, in lower case, or 0; moves on behind it. */
static char next_letter(const char **at) {
    unsigned char byte = (unsigned char)*(*at)++;
    if (byte >= 'A' && byte <= 'Z') return (char)(byte | 0x20);
    if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) return (char)byte;
    if (byte >= 0xC3 && byte <= 0xC5 && (**at & 0xC0) == 0x80) { /* U+00C0 to U+017F */
        char letter = latin[(byte - 0xC3) * 64 + (*(*at)++ & 63)];
        return letter == '.' ? 0 : letter;
    }
    while ((**at & 0xC0) == 0x80) (*at)++;
    return 0;
}

/* Write the slug to `slug`, which has room for `most` characters; gives whether something was cut off. */
static int slugify(const char *text, char separator, size_t most, char *slug) {
    size_t length = 0, whole = 0;
    int gap = 0;
    while (*text) {
        char letter = next_letter(&text);
        if (!letter) {
            gap = length > 0;
            continue;
        }
        if (gap) whole = length; /* a word ends here, whatever is cut off */
        if (length + (gap ? 2 : 1) > most) {
            slug[whole ? whole : length] = '\0';
            return 1;
        }
        if (gap) slug[length++] = separator;
        slug[length++] = letter;
        gap = 0;
    }
    slug[length] = '\0';
    return 0;
}

static pocket_status exec(pocket_call *call) {
    const char *text = pocket_text(call, pocket_get(call->input, "text"), NULL);
    const char *separator = pocket_text(call, pocket_get(call->config, "separator"), NULL);
    int64_t most = pocket_integer(pocket_get(call->config, "maxLength"), 80);
    size_t room;
    char *slug;
    int cut;
    if (!text) return pocket_fail(call, "input.text is not a text");
    room = strlen(text);
    if (most >= 1 && (uint64_t)most < room) room = (size_t)most;
    slug = (char *)pocket_allocate(call, room + 1);
    if (!slug) return pocket_fail(call, "there is no memory for the slug");
    cut = slugify(text, separator && *separator ? *separator : '-', room, slug);
    if (!*slug) return pocket_fail(call, "the text has no letters and no digits");
    pocket_begin_object(&call->output);
    pocket_key(&call->output, "slug"), pocket_put_string(&call->output, slug);
    pocket_key(&call->output, "cut"), pocket_put_bool(&call->output, cut);
    pocket_end(&call->output);
    return POCKET_OK;
}

static const pocket_node slugify_node = {metadata, exec, NULL, NULL};

POCKET_EXPORT(&slugify_node);
