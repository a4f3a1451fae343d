// pocket.hpp: pocket.h for C++17: std::string, no memory to free, a class for each node type.
//
//     struct Shout : pocket::Node {
//         static constexpr char metadata[] = R"({"type": "shout"})";
//         pocket_status exec(pocket::Call &call) override {
//             std::string text = call.input().get("text").text();
//             if (text.empty()) return call.fail("there is nothing to shout");
//             call.output().object().key("text").text(text + "!").end();
//             return POCKET_OK;
//         }
//     };
//     POCKET_EXPORT(&pocket::node<Shout>);
//
// It throws nothing, so it builds with -fno-exceptions too. SPDX-License-Identifier: MIT
#ifndef POCKET_HPP
#define POCKET_HPP

#include "pocket.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace pocket {

// One value of a request, or none; it lives as long as the call.
class Value {
public:
    Value(pocket_call *call, pocket_value value) : call_(call), value_(value) {}

    pocket_type type() const { return pocket_type_of(value_); }
    // Whether there is a value at all, be it null.
    explicit operator bool() const { return type() != POCKET_MISSING; }

    // What a path such as "orders.0.price" leads to.
    Value get(const char *path) const { return {call_, pocket_get(value_, path)}; }
    Value operator[](const char *name) const { return {call_, pocket_member(value_, name)}; }
    std::size_t size() const { return pocket_count(value_); }

    std::string text(std::string otherwise = {}) const {
        std::size_t length = 0;
        const char *text = pocket_text(call_, value_, &length);
        return text ? std::string(text, length) : otherwise;
    }
    std::int64_t integer(std::int64_t otherwise = 0) const { return pocket_integer(value_, otherwise); }
    double number(double otherwise = 0) const { return pocket_number(value_, otherwise); }
    bool boolean(bool otherwise = false) const { return pocket_bool(value_, otherwise) != 0; }

    // Call a function for each element of an array: each([](Value item) {...}).
    template <class Function>
    void each(Function &&function) const {
        pocket_value item = {nullptr, nullptr};
        while (pocket_each(value_, nullptr, &item)) function(Value(call_, item));
    }

    // Call a function for each member of an object: members([](std::string key, Value member) {...}).
    template <class Function>
    void members(Function &&function) const {
        pocket_value item = {nullptr, nullptr}, key = {nullptr, nullptr};
        if (type() != POCKET_OBJECT) return;
        while (pocket_each(value_, &key, &item)) function(Value(call_, key).text(), Value(call_, item));
    }

    pocket_value raw() const { return value_; }

private:
    pocket_call *call_;
    pocket_value value_;
};

// Writes one value, and gives itself back: writer.object().key("a").integer(1).end().
class Writer {
public:
    Writer() : own_(pocket_new_writer()), to_(&own_) {}
    explicit Writer(pocket_writer &to) : own_(pocket_new_writer()), to_(&to) {}
    Writer(const Writer &) = delete; // hold it as auto &out = call.output()
    Writer &operator=(const Writer &) = delete;
    ~Writer() { std::free(own_.text); }

    Writer &object() { return pocket_begin_object(to_), *this; }
    Writer &array() { return pocket_begin_array(to_), *this; }
    Writer &end() { return pocket_end(to_), *this; }
    Writer &key(const char *key) { return pocket_key(to_, key), *this; }
    Writer &text(std::string_view text) { return pocket_put_text(to_, text.data(), text.size()), *this; }
    Writer &integer(std::int64_t value) { return pocket_put_integer(to_, value), *this; }
    Writer &boolean(bool value) { return pocket_put_bool(to_, value), *this; }
    Writer &null() { return pocket_put_null(to_), *this; }
    Writer &value(const Value &value) { return pocket_put_value(to_, value.raw()), *this; }
#ifdef POCKET_NUMBERS
    Writer &number(double value) { return pocket_put_number(to_, value), *this; }
#endif

    pocket_writer &raw() { return *to_; }

private:
    pocket_writer own_;
    pocket_writer *to_;
};

// One call of a node.
class Call {
public:
    explicit Call(pocket_call *call) : call_(call), output_(call->output) {}

    Value input() const { return {call_, call_->input}; }
    Value config() const { return {call_, call_->config}; }
    // For post: what exec gave.
    Value result() const { return {call_, call_->result}; }
    Writer &output() { return output_; }

    // `return call.fail("why");`
    pocket_status fail(
        const std::string &message, const char *function = __builtin_FUNCTION(),
        const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
        return pocket_fail_at_(call_, message.c_str(), function, file, line);
    }
    // In post: the action that chooses the next node of a workflow.
    void next(const std::string &action) { pocket_next(call_, action.c_str()); }

    // Ask the host by an object. A value that is missing is a refusal, which has become the error of
    // the call: return POCKET_FAILED, or go on without.
    Value host(Writer &question) { return {call_, pocket_host_call(call_, &question.raw())}; }
    Value http(const char *method, const std::string &url, const char *body = nullptr) {
        return {call_, pocket_http(call_, method, url.c_str(), body)};
    }
    Value store_get(const std::string &key) { return {call_, pocket_store_get(call_, key.c_str())}; }
    pocket_status store_set(const std::string &key, Writer &value) {
        return pocket_store_set(call_, key.c_str(), &value.raw());
    }
    Value store_delete(const std::string &key) { return {call_, pocket_store_delete(call_, key.c_str())}; }

private:
    pocket_call *call_;
    Writer output_;
};

inline constexpr char no_stream_[] = "this call has no stream: does the node's metadata say \"stream\": true?";

// What a node reads whose metadata says "stream": true, bytes of any number:
//
//     pocket::InputStream input(call);
//     pocket::OutputStream output(call);
//     if (!input || !output) return POCKET_FAILED;
//     for (std::string_view piece : input) output.write(piece);
//
// In a call without streams it is false and empty, and that has become the error of the call.
class InputStream {
public:
    // Reads as much as `piece_bytes` at once.
    explicit InputStream(Call &call, std::size_t piece_bytes = 65536)
        : room_(piece_bytes, '\0'), there_(pocket_read(room_.data(), 0) == 0) {
        if (!there_) call.fail(no_stream_);
    }
    InputStream(const InputStream &) = delete;
    InputStream &operator=(const InputStream &) = delete;

    // Whether the call has streams.
    explicit operator bool() const { return there_; }

    // The next piece, which is there until more is read; empty at the end.
    std::string_view read() {
        fill();
        return std::exchange(unread_, {});
    }

    // Puts the next line into `line`, with its newline; the last may have none. False at the end.
    bool line(std::string &line) {
        line.clear();
        while ((line.empty() || line.back() != '\n') && fill()) {
            std::size_t length = std::min(unread_.find('\n'), unread_.size() - 1) + 1;
            line += unread_.substr(0, length);
            unread_.remove_prefix(length);
        }
        return !line.empty();
    }

    // Goes through the pieces that are left, once.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string_view *;
        using reference = const std::string_view &;

        iterator() = default;
        explicit iterator(InputStream &stream) : stream_(&stream) { ++*this; }

        reference operator*() const { return piece_; }
        pointer operator->() const { return &piece_; }
        iterator &operator++() {
            piece_ = stream_->read();
            if (piece_.empty()) stream_ = nullptr;
            return *this;
        }
        iterator operator++(int) {
            iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const iterator &other) const { return stream_ == other.stream_; }
        bool operator!=(const iterator &other) const { return stream_ != other.stream_; }

    private:
        InputStream *stream_ = nullptr;
        std::string_view piece_;
    };
    iterator begin() { return iterator(*this); }
    iterator end() { return {}; }

private:
    // Whether there is something unread.
    bool fill() {
        if (!unread_.empty()) return true;
        std::int32_t count = pocket_read(room_.data(), room_.size());
        if (count > 0) unread_ = {room_.data(), static_cast<std::size_t>(count)};
        return count > 0;
    }

    std::string room_;
    std::string_view unread_;
    bool there_;
};

// What such a node writes. The host puts small writes together, and keeps it waiting until there is room.
class OutputStream {
public:
    explicit OutputStream(Call &call) : there_(pocket_write("", 0) == 0) {
        if (!there_) call.fail(no_stream_);
    }
    explicit operator bool() const { return there_; }

    // Writes all of the bytes.
    OutputStream &write(std::string_view bytes) { return pocket_write(bytes.data(), bytes.size()), *this; }

private:
    bool there_;
};

// One node type: a class of its own with `metadata`, a JSON literal, and `exec`. Each step gets a new
// object, so nothing of a call is left in it.
class Node {
public:
    virtual ~Node() = default;
    virtual pocket_status exec(Call &call) = 0;
    virtual pocket_status prep(Call &) { return POCKET_OK; }
    virtual pocket_status post(Call &) { return POCKET_OK; }
};

template <class N, pocket_status (Node::*step)(Call &)>
pocket_status take(pocket_call *raw) {
    N node;
    Call call(raw);
    return (static_cast<Node &>(node).*step)(call);
}

template <class N>
inline constexpr pocket_node node = {N::metadata, take<N, &Node::exec>, take<N, &Node::prep>, take<N, &Node::post>};

inline void log(pocket_level level, const std::string &line) { pocket_log(level, line.c_str()); }

} // namespace pocket

#endif
