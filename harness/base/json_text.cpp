#include "harness/base/json_text.hpp"

#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

namespace ipcmark {

namespace {

using nlohmann::json;

constexpr std::size_t deepest = 64;

/// Builds the tree while the library reads, so that no second copy is made.
class builder : public nlohmann::json_sax<json> {
public:
    bool null() override { return put(tree()); }
    bool boolean(bool truth) override { return put(truth); }
    bool number_integer(std::int64_t number) override { return put(number); }
    bool number_unsigned(std::uint64_t number) override { return put(number); }
    bool number_float(double number, const std::string&) override { return put(number); }
    bool string(std::string& text) override { return put(std::move(text)); }
    bool binary(json::binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(tree::members()); }
    bool start_array(std::size_t) override { return open(tree::list()); }
    bool key(std::string& name) override {
        keys_.back() = std::move(name);
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const json::exception& e) override {
        const std::string text = e.what();
        const auto at = text.find("] ");  // after "[json.exception.parse_error.101"
        throw malformed_json("not JSON: " + (at == std::string::npos ? text : text.substr(at + 2)));
    }

    tree result;

private:
    tree* put(tree value, bool) {
        if (open_.empty()) {
            result = std::move(value);
            return &result;
        }
        tree& parent = *open_.back();
        if (parent.is_list()) return &parent.elements().emplace_back(std::move(value));
        return &parent.named().emplace_back(std::move(keys_.back()), std::move(value)).second;
    }
    bool put(tree value) {
        put(std::move(value), true);
        return true;
    }
    bool open(tree value) {
        if (open_.size() >= deepest) throw malformed_json("nested deeper than 64 levels");
        open_.push_back(put(std::move(value), true));
        keys_.emplace_back();
        return true;
    }
    bool close() {
        open_.pop_back();
        keys_.pop_back();
        return true;
    }

    // A parent does not grow while a child of it is open, so the pointers hold.
    std::vector<tree*> open_;
    std::vector<std::string> keys_;
};

class writer {
public:
    writer(std::string& to, int indent, bool ascii) : to_(to), indent_(indent), ascii_(ascii) {}

    void write(const tree& value, int depth) {
        if (value.is_list()) {
            block('[', ']', value.elements(), depth,
                  [&](const tree& each) { write(each, depth + 1); });
        } else if (value.is_object()) {
            block('{', '}', value.named(), depth, [&](const auto& member) {
                write_text(member.first);
                to_ += indent_ < 0 ? ":" : ": ";
                write(member.second, depth + 1);
            });
        } else if (value.is_text()) {
            write_text(value.as_text());
        } else if (value.is_number() && !value.is_whole()) {
            const double number = value.as_double();
            to_ += std::isfinite(number) ? json(number).dump() : "null";
        } else if (value.is_number()) {
            write_whole(value);
        } else {
            to_ += value.is_null() ? "null" : value.as_bool() ? "true" : "false";
        }
    }

private:
    void write_whole(const tree& value) {
        const bool negative = value.as_double() < 0;
        to_ += negative ? std::to_string(value.as_int()) : std::to_string(value.as_uint());
    }

    void write_text(const std::string& text) {
        to_ += json(text).dump(-1, ' ', ascii_, json::error_handler_t::replace);
    }

    void new_line(int depth) {
        if (indent_ < 0) return;
        to_ += '\n';
        to_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth), ' ');
    }

    template <class All, class One>
    void block(char opening, char closing, const All& all, int depth, const One& one) {
        to_ += opening;
        bool first = true;
        for (const auto& each : all) {
            if (!first) to_ += ',';
            first = false;
            new_line(depth + 1);
            one(each);
        }
        if (!first) new_line(depth);
        to_ += closing;
    }

    std::string& to_;
    int indent_;
    bool ascii_;
};

}  // namespace

tree parse_json(std::string_view text, bool comments) {
    builder reading;
    json::sax_parse(text.begin(), text.end(), &reading, json::input_format_t::json, true, comments);
    return std::move(reading.result);
}

std::string json_text(const tree& value, int indent, bool ascii) {
    std::string text;
    writer(text, indent, ascii).write(value, 0);
    return text;
}

}  // namespace ipcmark
