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

POCKET_EXPORT(&pocket::node<Sum>, &pocket::node<Visits>);

static void answers(const char *request, const std::string &response) {
    std::string answer = pocket_run(request);
    if (answer == response) return;
    std::fprintf(stderr, "%s gave\n    %s\nnot %s\n", request, answer.c_str(), response.c_str());
    std::exit(1);
}

int main() {
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
