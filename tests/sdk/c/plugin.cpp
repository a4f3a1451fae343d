// The smallest plugin with all parts of a node, in C++.
#include "../../../sdk/c/pocket.hpp"

struct Greet : pocket::Node {
    static constexpr char metadata[] = R"({"type": "main", "configSchema": {"type": "object"}})";

    pocket_status exec(pocket::Call &call) override {
        std::string names;
        call.input()["names"].each([&](pocket::Value name) { names += ' ' + name.text(); });
        if (names.empty()) return call.fail("nobody is there");
        call.output().object().key("text").text("Hello" + names).end();
        return POCKET_OK;
    }

    pocket_status post(pocket::Call &call) override {
        call.next(call.config()["next"].text("default"));
        return POCKET_OK;
    }
};

POCKET_EXPORT(&pocket::node<Greet>);
