// Does what a case asks it to; cases.py says what that is.
#define POCKET_NUMBERS
#include "pocket.hpp"

#include <cstdio>
#include <random>
#include <strings.h>

static int calls = 0;

static pocket_status http(pocket::Call &call) {
    pocket::Writer ask;
    pocket::Value with = call.input()["with"];
    ask.object().key("call").text("http.request").key("method").text("POST");
    ask.key("url").value(with["url"]).key("body").value(with["body"]);
    ask.key("headers").object().key("x-asked").text("yes").end().end();
    pocket::Value response = call.host(ask);
    if (!response) return POCKET_FAILED;
    call.output().object().key("status").value(response["status"]);
    response["headers"].each([&](pocket::Value pair) {
        if (!strcasecmp(pair.get("0").text().c_str(), "x-answer")) call.output().key("answered").value(pair.get("1"));
    });
    call.output().key("body").value(response["body"]).end();
    return POCKET_OK;
}

static pocket_status count(pocket::Call &call, const std::string &key) {
    pocket::Value known = call.store_get(key);
    if (!known) return POCKET_FAILED;
    pocket::Writer next;
    next.integer(known.integer() + 1);
    call.output().integer(known.integer() + 1);
    return call.store_set(key, next);
}

static pocket_status keys(pocket::Call &call) {
    pocket::Writer ask;
    ask.object().key("call").text("store.keys").key("prefix").value(call.input()["with"]).end();
    pocket::Value found = call.host(ask);
    if (!found) return POCKET_FAILED;
    call.output().value(found);
    return POCKET_OK;
}

// zig's libc++ for WebAssembly has no <fstream>.
static pocket_status files(pocket::Call &call, bool writing, const std::string &path) {
    if (writing) {
        std::string text = call.input().get("with.text").text();
        std::FILE *file = std::fopen(call.input().get("with.path").text().c_str(), "w");
        if (!file) return call.fail("it cannot be written");
        std::fputs(text.c_str(), file);
        std::fclose(file);
        return POCKET_OK;
    }
    std::FILE *file = std::fopen(path.c_str(), "r");
    if (!file) return call.fail("it cannot be read");
    char text[64];
    std::size_t length = std::fread(text, 1, sizeof text, file);
    std::fclose(file);
    call.output().text(std::string(text, length));
    return POCKET_OK;
}

static pocket_status world(pocket::Call &call, const std::string &deed, const std::string &text) {
    if (deed == "http") return http(call);
    if (deed == "count") return count(call, text);
    if (deed == "keys") return keys(call);
    if (deed == "read" || deed == "write") return files(call, deed == "write", text);
    if (deed == "refusal") {
        call.output().text(call.http("GET", text) ? "another" : "permission-denied");
        return POCKET_OK;
    }
    if (deed == "forget") {
        pocket::Value was = call.store_delete(text);
        if (!was) return POCKET_FAILED;
        call.output().value(was);
        return POCKET_OK;
    }
    return call.fail("there is no deed " + deed);
}

struct Deeds : pocket::Node {
    static constexpr char metadata[] = R"({
        "type": "deeds", "category": "test", "description": "Does what its input says",
        "configSchema": {"type": "object", "properties": {
            "greeting": {"type": "string", "default": "hällo"}, "times": {"type": "integer", "default": 2}}},
        "examples": [{"name": "An echo", "input": {"do": "echo", "with": [1]}, "output": [1]}]
    })";

    pocket_status exec(pocket::Call &call) override {
        std::string deed = call.input()["do"].text(), text = call.input()["with"].text();
        pocket::Writer &out = call.output();
        if (deed == "echo") out.value(call.input()["with"]);
        else if (deed == "add") out.integer(call.input().get("with.0").integer() + call.input().get("with.1").integer());
        else if (deed == "fail") return call.fail(text); // the error
        else if (deed == "trap") std::abort(); // the crash
        else if (deed == "log") {
            for (auto level : {POCKET_DEBUG, POCKET_INFO, POCKET_WARNING, POCKET_ERROR}) pocket::log(level, text);
        } else if (deed == "print") std::puts(text.c_str());
        else if (deed == "env") {
            const char *value = std::getenv(text.c_str());
            if (value) out.text(value);
            else out.null();
        } else if (deed == "random") out.text(std::to_string(std::random_device()()));
        else if (deed == "calls") out.integer(++calls);
        else if (deed == "config") out.value(call.config());
        else return world(call, deed, text);
        return POCKET_OK;
    }
};

struct Halve : pocket::Node {
    static constexpr char metadata[] =
        R"({"type": "halve", "category": "test", "description": "Halves a number, or a text of one"})";

    pocket_status prep(pocket::Call &call) override {
        if (call.input().type() == POCKET_STRING) call.output().number(std::strtod(call.input().text().c_str(), nullptr));
        return POCKET_OK;
    }

    pocket_status exec(pocket::Call &call) override {
        if (call.input().type() != POCKET_NUMBER) return call.fail("that is no number");
        call.output().number(call.input().number() / 2);
        return POCKET_OK;
    }

    pocket_status post(pocket::Call &call) override {
        if (call.result().number() >= 1) return POCKET_OK;
        call.next("small");
        call.output().text("small");
        return POCKET_OK;
    }
};

struct Louder : pocket::Node {
    static constexpr char metadata[] =
        R"({"type": "louder", "category": "test", "description": "Puts a stream into upper case", "stream": true})";

    pocket_status exec(pocket::Call &call) override {
        pocket::InputStream input(call);
        pocket::OutputStream output(call);
        std::int64_t all = 0;
        for (std::string_view piece : input) {
            std::string louder(piece);
            for (char &letter : louder) {
                if (letter >= 'a' && letter <= 'z') letter -= 'a' - 'A';
            }
            output.write(louder);
            all += static_cast<std::int64_t>(piece.size());
            if (call.input().type() == POCKET_STRING) return call.fail(call.input().text());
        }
        call.output().integer(all);
        return POCKET_OK;
    }
};

POCKET_EXPORT(&pocket::node<Deeds>, &pocket::node<Halve>, &pocket::node<Louder>);

// Nothing random is drawn before a call, so there is nothing to draw anew.
extern "C" __attribute__((export_name("__pocket_resume"))) void resume() {}
