#include "harness/base/tree.hpp"

#include <algorithm>
#include <limits>

namespace ipcmark {

namespace {

[[noreturn]] void refuse(const tree& found, const char* wanted) {
    throw std::logic_error(std::string(wanted) + " was expected, not " + std::string(found.kind()));
}

template <class Held, class Variant>
auto& held(Variant& value, const tree& whole, const char* wanted) {
    auto* found = std::get_if<Held>(&value);
    if (found == nullptr) refuse(whole, wanted);
    return *found;
}

}  // namespace

tree::tree() = default;
tree::tree(const tree& other) {
    // A variant of libstdc++ 12 destroys what it had not yet copied when memory runs out.
    std::visit(
        [this](const auto& held) {
            auto copy = held;
            value_ = std::move(copy);
        },
        other.value_);
}
tree::tree(tree&& other) noexcept = default;
tree& tree::operator=(const tree& other) {
    tree copy(other);
    return *this = std::move(copy);
}
tree& tree::operator=(tree&& other) noexcept = default;
tree::~tree() = default;

tree::tree(bool truth) : value_(truth) {}
tree::tree(long number) : value_(std::int64_t{number}) {}
tree::tree(unsigned long number) : value_(std::uint64_t{number}) {}
tree::tree(double number) : value_(number) {}
tree::tree(std::string text) : value_(std::move(text)) {}
tree::tree(std::string_view text) : value_(std::string(text)) {}
tree::tree(std::initializer_list<std::pair<std::string, tree>> named) : value_(members(named)) {}
tree::tree(list elements) : value_(std::move(elements)) {}
tree::tree(members named) : value_(std::move(named)) {}

bool tree::is_whole() const {
    return std::holds_alternative<std::int64_t>(value_) ||
           std::holds_alternative<std::uint64_t>(value_);
}

bool tree::is_number() const {
    return is_whole() || std::holds_alternative<double>(value_);
}

bool tree::as_bool() const {
    return held<bool>(value_, *this, "true or false");
}

double tree::as_double() const {
    if (const auto* whole = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*whole);
    if (const auto* whole = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*whole);
    return held<double>(value_, *this, "a number");
}

std::int64_t tree::as_int() const {
    if (const auto* large = std::get_if<std::uint64_t>(&value_)) {
        if (*large > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
            throw std::logic_error("a whole number below 2^63 was expected");
        return static_cast<std::int64_t>(*large);
    }
    return held<std::int64_t>(value_, *this, "a whole number");
}

std::uint64_t tree::as_uint() const {
    if (const auto* number = std::get_if<std::int64_t>(&value_)) {
        if (*number < 0) throw std::logic_error("a whole number of at least 0 was expected");
        return static_cast<std::uint64_t>(*number);
    }
    return held<std::uint64_t>(value_, *this, "a whole number");
}

const std::string& tree::as_text() const {
    return held<std::string>(value_, *this, "a string");
}

const tree::list& tree::elements() const {
    return held<list>(value_, *this, "an array");
}

tree::list& tree::elements() {
    return held<list>(value_, *this, "an array");
}

const tree::members& tree::named() const {
    return held<members>(value_, *this, "an object");
}

tree::members& tree::named() {
    return held<members>(value_, *this, "an object");
}

const tree* tree::find(std::string_view key) const {
    const auto* all = std::get_if<members>(&value_);
    if (all == nullptr) return nullptr;
    const auto at = std::find_if(all->begin(), all->end(),
                                 [&](const auto& member) { return member.first == key; });
    return at == all->end() ? nullptr : &at->second;
}

const tree& tree::at(std::string_view key) const {
    const tree* found = find(key);
    if (found == nullptr) throw std::logic_error("no member '" + std::string(key) + "'");
    return *found;
}

tree& tree::operator[](std::string_view key) {
    if (is_null()) value_ = members();
    for (auto& [name, value] : named())
        if (name == key) return value;
    return named().emplace_back(std::string(key), tree()).second;
}

void tree::update(const tree& other) {
    for (const auto& [key, value] : other.named())
        (*this)[key] = value;
}

void tree::erase(std::string_view key) {
    std::erase_if(named(), [&](const auto& member) { return member.first == key; });
}

tree tree::sorted() const {
    tree copy = *this;
    if (copy.is_list())
        for (tree& each : copy.elements())
            each = each.sorted();
    if (!copy.is_object()) return copy;
    for (auto& [key, value] : copy.named())
        value = value.sorted();
    std::stable_sort(copy.named().begin(), copy.named().end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return copy;
}

void tree::push_back(tree element) {
    if (is_null()) value_ = list();
    elements().push_back(std::move(element));
}

std::size_t tree::size() const {
    if (const auto* all = std::get_if<list>(&value_)) return all->size();
    if (const auto* all = std::get_if<members>(&value_)) return all->size();
    return 0;
}

std::string_view tree::kind() const {
    if (is_null()) return "null";
    if (is_bool()) return "true or false";
    if (is_number()) return "a number";
    if (is_text()) return "a string";
    return is_list() ? "an array" : "an object";
}

bool operator==(const tree& a, const tree& b) {
    if (a.is_whole() && b.is_whole()) {
        const bool both_small = std::holds_alternative<std::int64_t>(a.value_) ==
                                std::holds_alternative<std::int64_t>(b.value_);
        if (!both_small) return a.as_double() == b.as_double();
    }
    if (a.is_number() && b.is_number() && a.value_.index() != b.value_.index())
        return a.as_double() == b.as_double();
    return a.value_ == b.value_;
}

}  // namespace ipcmark
