#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ipcmark {

/// A value as files and messages hold it: null, truth, number, text, list, or members in the order
/// in which they were added. What JSON can say, without a JSON library in whoever says it.
class tree {
public:
    using list = std::vector<tree>;
    using members = std::vector<std::pair<std::string, tree>>;

    // Bodies out of line: a variant's copies are much code where every user of a tree makes them.
    tree();
    tree(const tree& other);
    tree(tree&& other) noexcept;
    tree& operator=(const tree& other);
    tree& operator=(tree&& other) noexcept;
    ~tree();

    tree(std::nullptr_t) : tree() {}
    tree(bool truth);
    tree(int number) : tree(std::int64_t{number}) {}
    tree(unsigned number) : tree(std::uint64_t{number}) {}
    tree(long number);
    tree(long long number) : tree(static_cast<long>(number)) {}
    tree(unsigned long number);
    tree(unsigned long long number) : tree(static_cast<unsigned long>(number)) {}
    tree(double number);
    tree(const char* text) : tree(std::string_view(text)) {}
    tree(std::string text);
    tree(std::string_view text);
    /// {{"name", value}, ...}: an object.
    tree(std::initializer_list<std::pair<std::string, tree>> named);
    tree(list elements);
    tree(members named);
    template <class T>
    tree(const std::optional<T>& value) {
        if (value) *this = tree(*value);
    }
    template <class T>
    requires(!std::same_as<T, tree>) tree(const std::vector<T>& elements)
        : value_(list(elements.begin(), elements.end())) {}

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    bool is_bool() const { return std::holds_alternative<bool>(value_); }
    /// Whole numbers included.
    bool is_number() const;
    bool is_whole() const;
    bool is_text() const { return std::holds_alternative<std::string>(value_); }
    bool is_list() const { return std::holds_alternative<list>(value_); }
    bool is_object() const { return std::holds_alternative<members>(value_); }

    /// An object, or a list, without anything in it.
    static tree object() { return members(); }
    static tree array() { return list(); }

    /// These throw std::logic_error for a value of another kind, or out of range.
    bool as_bool() const;
    double as_double() const;
    std::int64_t as_int() const;
    std::uint64_t as_uint() const;
    const std::string& as_text() const;
    const list& elements() const;
    const members& named() const;
    list& elements();
    members& named();

    /// A member, or nullptr; nullptr too for what has no members.
    const tree* find(std::string_view key) const;
    /// Throws std::logic_error where there is none.
    const tree& at(std::string_view key) const;
    /// The member, made where there is none; null becomes an object.
    tree& operator[](std::string_view key);
    /// Sets each of its members here.
    void update(const tree& named);
    void erase(std::string_view key);
    /// Members in the order of their names, at every depth.
    tree sorted() const;
    /// Appends; null becomes a list.
    void push_back(tree element);
    bool contains(std::string_view key) const { return find(key) != nullptr; }
    bool empty() const { return size() == 0; }
    /// Of a list or of members; 0 for everything else.
    std::size_t size() const;

    /// "a string", "a number": for messages.
    std::string_view kind() const;

    friend bool operator==(const tree& a, const tree& b);

private:
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, list,
                 members>
        value_;
};

}  // namespace ipcmark
