// The plugin as Pocket sees it, without WebAssembly.
#include "../src/plugin.cpp"

#include <cstdio>

static int failed = 0;

static void gives(const std::string &config, const std::string &input, const std::string &expected) {
    std::string request =
        R"({"node": "{{NAME}}", "function": "run", "config": )" + config + R"(, "input": )" + input + "}";
    std::string answer = pocket_run(request.c_str());
    if (answer == expected) return;
    std::fprintf(stderr, "%s gave\n    %s\nnot %s\n", input.c_str(), answer.c_str(), expected.c_str());
    failed = 1;
}

int main() {
    gives(R"({"marks": 1})", R"({"text": "hello"})", R"({"success":true,"output":{"text":"HELLO!"}})");
    gives(R"({"marks": 3})", R"({"text": "hi"})", R"({"success":true,"output":{"text":"HI!!!"}})");
    gives(R"({})", R"({"text": ""})", R"({"success":false,"error":"there is nothing to shout"})");
    std::puts(failed ? "FAILED" : "ok");
    return failed;
}
