/* The reader and the writer of pocket.h, and the reader with what is no JSON: run under the sanitizers. */
#define POCKET_NUMBERS
#include "../pocket.h"

#include <assert.h>
#include <math.h>

static pocket_value parse(const char *text) { return pocket_parse(text, strlen(text)); }

static void values_are_read_by_their_paths(void) {
    pocket_value value = parse(" {\"a\": [1, {\"b.c\": \"x\", \"d\": [true, null]}], \"e\": -0, \"a\\u0062\": 2.5e1} ");
    assert(pocket_integer(pocket_get(value, "a.0"), -1) == 1);
    assert(pocket_bool(pocket_get(value, "a.1.d.0"), 0) == 1);
    assert(pocket_type_of(pocket_get(value, "a.1.d.1")) == POCKET_NULL);
    assert(pocket_is(pocket_member(pocket_get(value, "a.1"), "b.c"), "x", 1));
    assert(pocket_number(pocket_get(value, "ab"), 0) == 25);
    assert(pocket_integer(pocket_get(value, "e"), 7) == 0);
    assert(pocket_count(value) == 3 && pocket_count(pocket_get(value, "a")) == 2);
    const char *none[] = {"b", "a.2", "a.x", "a.0.0", "a.", "e.a", "a.1.d.99999999999999999999", "a..0"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        if (strcmp(none[i], "a.")) assert(pocket_type_of(pocket_get(value, none[i])) == POCKET_MISSING);
    }
    assert(pocket_integer(pocket_get(parse("{\"a\": 1, \"a\": 2}"), "a"), 0) == 2);
}

static void whole_numbers_are_whole_and_fit(void) {
    const struct { const char *text; int64_t number; } numbers[] = {
        {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}, {"0", 0}, {"-1", -1},
        {"9223372036854775808", 7}, {"-9223372036854775809", 7}, {"1.0", 7}, {"1e2", 7}, {"\"1\"", 7}, {"null", 7}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert(pocket_integer(parse(numbers[i].text), 7) == numbers[i].number);
    }
}

static void what_is_no_json_is_missing(void) {
    const char *texts[] = {"", " ", "{", "[1,]", "{\"a\" 1}", "{\"a\":1,}", "{1:1}", "tru", "nul", "01", "-", "1.",
        ".5", "1e", "+1", "\"", "\"\\", "\"\\u12\"", "\"\\x\"", "\"\n\"", "[1 2]", "1 2", "]", "[}", "{]", "'a'"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert(!parse(texts[i]).at);
    assert(!pocket_parse("\0", 1).at && !pocket_parse("\"\\\0\"", 4).at);
}

static void depth_has_a_limit(void) {
    char text[2 * POCKET_MAX_DEPTH + 8];
    size_t depth = POCKET_MAX_DEPTH + 1;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    assert(pocket_parse(text, 2 * depth).at);
    memset(text, '[', depth + 1);
    memset(text + depth + 1, ']', depth + 1);
    assert(!pocket_parse(text, 2 * depth + 2).at);
}

static void strings_are_unescaped(void) {
    pocket_call call;
    size_t length;
    memset(&call, 0, sizeof call);
    char *text = pocket_text(&call, parse("\"\\u00e9\\ud83c\\udf6e\\u20ac\\n\\/\\ud800x\\udc00\\u0000y\""), &length);
    const char expected[] = "\xC3\xA9\xF0\x9F\x8D\xAE\xE2\x82\xAC\n/\xEF\xBF\xBDx\xEF\xBF\xBD\0y";
    assert(length == sizeof expected - 1 && !memcmp(text, expected, sizeof expected));
    assert(!pocket_text(&call, parse("1"), &length));
    pocket_free_(&call);
}

static void says(pocket_writer *writer, const char *text) {
    assert(!writer->error && writer->length == strlen(text) && !memcmp(writer->text, text, writer->length));
    free(writer->text);
    *writer = pocket_new_writer();
}

static void a_writer_puts_commas_quotes_and_escapes(void) {
    pocket_writer out = pocket_new_writer();
    pocket_begin_object(&out);
    pocket_key(&out, "a\"");
    pocket_begin_array(&out);
    pocket_put_integer(&out, INT64_MIN);
    pocket_put_bool(&out, 0);
    pocket_put_null(&out);
    pocket_begin_array(&out);
    pocket_end(&out);
    pocket_end(&out);
    pocket_key(&out, "b");
    pocket_put_text(&out, "\n\\\xC3\xA9\xC3\xED\xA0\x80\xF8", 9);
    pocket_end(&out);
    says(&out, "{\"a\\\"\":[-9223372036854775808,false,null,[]],\"b\":\"\\u000a\\\\\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD"
               "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}");
}

static void numbers_are_as_short_as_they_can_be(void) {
    const struct { double number; const char *text; } numbers[] = {
        {0.1, "0.1"}, {1e300, "1e+300"}, {0.1 + 0.2, "0.30000000000000004"}, {-2, "-2"}, {5e-324, "4.94065645841247e-324"}};
    pocket_writer out = pocket_new_writer();
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        pocket_put_number(&out, numbers[i].number);
        says(&out, numbers[i].text);
    }
    pocket_put_number(&out, (double)INFINITY);
    assert(out.error);
}

static void the_first_mistake_is_the_one_that_is_told(void) {
    pocket_writer out = pocket_new_writer();
    pocket_begin_object(&out);
    pocket_key(&out, "mean"), pocket_put_number(&out, (double)NAN);
    pocket_key(&out, "sum"), pocket_put_integer(&out, 1);
    pocket_end(&out);
    assert(!strcmp(out.error, "JSON cannot hold NaN and infinity"));
    free(out.text);
}

static void misuse_is_an_error(void) {
    for (int way = 0; way < 6; way++) {
        pocket_writer out = pocket_new_writer();
        if (way == 0) pocket_end(&out);
        if (way == 1) pocket_key(&out, "a");
        if (way == 2) pocket_put_null(&out), pocket_put_null(&out);
        if (way == 3) pocket_begin_object(&out), pocket_put_null(&out);
        if (way == 4) pocket_begin_object(&out), pocket_key(&out, "a"), pocket_end(&out);
        if (way == 5) for (int i = 0; i <= POCKET_MAX_DEPTH; i++) pocket_begin_array(&out);
        assert(out.error);
        free(out.text);
    }
}

/* Touches all of a value, as a plugin could. */
static size_t visit(pocket_call *call, pocket_value value) {
    pocket_value item = {NULL, NULL}, key = {NULL, NULL};
    size_t seen = 1, length = 0;
    if (pocket_text(call, value, &length)) seen += length;
    seen += (size_t)pocket_integer(value, 0) & 1;
    seen += pocket_number(value, 0) > 0;
    seen += (size_t)pocket_type_of(pocket_get(value, "a.0.b"));
    while (pocket_each(value, &key, &item)) {
        assert(item.at < item.end && item.end <= value.end);
        if (key.at) seen += pocket_is(key, "a", 1) + (pocket_text(call, key, NULL) != NULL);
        seen += visit(call, item);
    }
    return seen;
}

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint64_t chance(uint64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static const char *const seeds[] = {
    "{\"a\": [{\"b\": [1, -2.5e+3, true, false, null]}, \"\\u00e9\\ud83c\\udf6e\"], \"\\u0061\": {\"\": {}}}",
    "[[[[[]]]], {\"a\": \"\\\\ \\\" \\/ \\b\\f\\n\\r\\t\"}, 12345678901234567890, 1E-400]",
    "\"\\ud800\\udc00 \\udc00 \xC3\xA9 \xFF\"", "{\"node\":\"x\",\"function\":\"run\",\"config\":{},\"input\":{\"text\":\"a\"}}"};

/* A text that ends where its memory ends, so that a sanitizer sees a step beyond. */
static void mutated_json_is_read_within_its_bounds(int rounds) {
    static const char pieces[] = "{}[]\",:\\u0019.eE+-tfnd \n";
    size_t whole = 0;
    for (int round = 0; round < rounds; round++) {
        const char *seed = seeds[chance(sizeof seeds / sizeof *seeds)];
        size_t length = strlen(seed);
        char *text = (char *)malloc(length + 8);
        memcpy(text, seed, length);
        for (uint64_t change = 1 + chance(4); change > 0 && length > 0; change--) {
            size_t at = (size_t)chance(length);
            switch (chance(4)) {
            case 0: text[at] = (char)chance(256); break;
            case 1: text[at] = pieces[chance(sizeof pieces - 1)]; break;
            case 2: length = at; break;
            default:
                memmove(text + at + 1, text + at, length++ - at);
                text[at] = pieces[chance(sizeof pieces - 1)];
            }
        }
        char *exact = (char *)malloc(length ? length : 1);
        memcpy(exact, text, length);
        pocket_value value = pocket_parse(exact, length);
        if (value.at) {
            pocket_call call;
            memset(&call, 0, sizeof call);
            whole += visit(&call, value) > 0;
            pocket_free_(&call);
        }
        free(exact);
        free(text);
    }
    assert(whole > (size_t)rounds / 20 && whole < (size_t)rounds); /* both kinds were tried */
}

int main(int count, char **arguments) {
    values_are_read_by_their_paths();
    whole_numbers_are_whole_and_fit();
    what_is_no_json_is_missing();
    depth_has_a_limit();
    strings_are_unescaped();
    a_writer_puts_commas_quotes_and_escapes();
    numbers_are_as_short_as_they_can_be();
    misuse_is_an_error();
    the_first_mistake_is_the_one_that_is_told();
    mutated_json_is_read_within_its_bounds(count > 1 ? atoi(arguments[1]) : 200000);
    puts("json: ok");
    return 0;
}
