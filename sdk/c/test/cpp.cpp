// The classes of pocket.hpp, called as the host calls them.
#define POCKET_NUMBERS
#include "../pocket.hpp"

#include <cassert>
#include <cstdio>

struct Sum : pocket::Node {
    static constexpr char metadata[] = R"({"type": "sum"})";

    pocket_status exec(pocket::Call &call) override {
        double total = call.config().get("start").number();
        call.input()["numbers"].each([&](pocket::Value number) { total += number.number(); });
        std::string names;
        call.input().members([&](std::string name, pocket::Value) { names += name + " "; });
        if (!call.input().get("numbers")) return call.fail("no numbers in " + names);
        call.output().object().key("total").number(total).key("names").text(names).end();
        return POCKET_OK;
    }

    pocket_status post(pocket::Call &call) override {
        if (call.result().get("total").number() > 100) call.next("large");
        return POCKET_OK;
    }
};

struct Visits : pocket::Node {
    static constexpr char metadata[] = R"({"type": "visits"})";

    pocket_status exec(pocket::Call &call) override {
        pocket::Value known = call.store_get("visits");
        if (!known) return POCKET_FAILED;
        pocket::Writer next;
        next.integer(known.integer() + 1);
        if (call.store_set("visits", next)) return POCKET_FAILED;
        call.output().value(known);
        return POCKET_OK;
    }
};

// Numbers lines, or copies pieces of three bytes.
struct Streamed : pocket::Node {
    static constexpr char metadata[] = R"({"type": "streamed", "stream": true})";

    pocket_status exec(pocket::Call &call) override {
        pocket::InputStream input(call, 3);
        pocket::OutputStream output(call);
        if (!input || !output) return POCKET_FAILED;
        std::int64_t count = 0;
        if (call.input().text() == "lines") {
            for (std::string line; input.line(line);) output.write(std::to_string(++count)).write(" ").write(line);
        } else {
            for (std::string_view piece : input) output.write(piece), count++;
        }
        call.output().integer(count);
        return POCKET_OK;
    }
};

POCKET_EXPORT(&pocket::node<Streamed>, &pocket::node<Sum>, &pocket::node<Visits>);

static void answers(const char *request, const std::string &response) {
    std::string answer = pocket_run(request);
    if (answer == response) return;
    std::fprintf(stderr, "%s gave\n    %s\nnot %s\n", request, answer.c_str(), response.c_str());
    std::exit(1);
}

static std::string streamed(const char *text, const char *how, const char *count) {
    char written[64] = "";
    pocket_test_input = std::tmpfile(), pocket_test_output = std::tmpfile();
    assert(pocket_test_input && pocket_test_output);
    std::fputs(text, pocket_test_input), std::rewind(pocket_test_input);
    std::string request = std::string(R"({"node": "streamed", "function": "run", "input": ")") + how + "\"}";
    answers(request.c_str(), std::string(R"({"success":true,"output":)") + count + "}");
    std::rewind(pocket_test_output);
    std::size_t length = std::fread(written, 1, sizeof written, pocket_test_output);
    std::fclose(pocket_test_input), std::fclose(pocket_test_output);
    pocket_test_input = pocket_test_output = nullptr;
    return std::string(written, length);
}

int main() {
    answers(R"({"node": "streamed", "function": "run"})",
            R"({"success":false,"error":"this call has no stream: does the node's metadata say \"stream\": true?"})");
    assert(streamed("abcdefg", "pieces", "3") == "abcdefg");
    assert(streamed("", "pieces", "0").empty());
    assert(streamed("a\nbcdef\n\ng", "lines", "4") == "1 a\n2 bcdef\n3 \n4 g");
    assert(streamed("ab\n", "lines", "1") == "1 ab\n");
    assert(streamed("", "lines", "0").empty());
    answers(R"({"node": "sum", "function": "run", "config": {"start": 1}, "input": {"numbers": [1, 2.5], "é": 0}})",
            R"({"success":true,"output":{"total":4.5,"names":"numbers é "}})");
    answers(R"({"node": "sum", "function": "run", "input": {"numbers": [101]}})",
            R"({"success":true,"output":{"total":101,"names":"numbers "},"next":"large"})");
    answers(R"({"node": "sum", "function": "run", "input": {"a": [101]}})",
            R"({"success":false,"error":"no numbers in a "})");
    answers(R"({"node": "visits", "function": "run"})", R"({"success":false,"error":"unavailable: there is no host"})");
    pocket_test_host = [](const char *question) -> const char * {
        return std::string_view(question).find("get") != std::string_view::npos ? R"({"ok": true, "value": 41})"
                                                                                : R"({"ok": true, "value": null})";
    };
    answers(R"({"node": "visits", "function": "run"})", R"({"success":true,"output":41})");
    std::puts("cpp: ok");
}
