#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/base/enum_names.hpp"
#include "harness/base/tree.hpp"

/// One list of a struct's fields serves writing and reading:
///
///     struct spread { std::size_t n = 0; std::optional<double> low; };
///     template <class Visitor>
///     void visit_fields(Visitor& visit, spread& s) { visit("n", s.n); visit("low", s.low); }
///
///     tree kept = to_tree(s);  s = from_tree<spread>(kept);
///
/// A field may be a truth, a number, a text, an enumeration with a `spelling`, a tree, a struct
/// with fields of its own, or an optional, vector, array, pair or map of such by text. Reading is
/// lenient where time may have passed: a member that is missing keeps its default, one that is
/// unknown is passed over. A member of another kind throws bad_field with its JSON pointer.
namespace ipcmark {

class bad_field : public std::runtime_error {
public:
    bad_field(std::string pointer, const std::string& sentence)
        : std::runtime_error(pointer + ": " + sentence), pointer_(std::move(pointer)) {}
    /// RFC 6901, such as "/cells/3/status".
    const std::string& pointer() const noexcept { return pointer_; }

private:
    std::string pointer_;
};

namespace detail {

template <class T>
concept spelled = std::is_enum_v<T> && requires {
    spelling<T>::words;
};

struct any_visitor {
    template <class T>
    void operator()(const char*, T&) {}
    template <class T>
    void when_there(const char*, std::optional<T>&) {}
};

template <class T>
concept has_fields = requires(any_visitor& visit, T& object) {
    visit_fields(visit, object);
};

/// The way from the root to what is being read.
struct path {
    const path* parent = nullptr;
    std::string_view key = {};
    std::size_t index = 0;

    std::string pointer() const {
        if (parent == nullptr) return {};
        if (key.data() == nullptr) return parent->pointer() + '/' + std::to_string(index);
        std::string escaped;
        for (const char c : key)
            escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        return parent->pointer() + '/' + escaped;
    }
};

template <class T>
tree written(const T& value);
template <class T>
void read(const tree& from, T& to, const path& where);

struct field_writer {
    tree::members to;

    template <class T>
    void operator()(const char* key, T& value) {
        to.emplace_back(key, written(value));
    }
    /// A member that is left out, not null, where there is nothing.
    template <class T>
    void when_there(const char* key, std::optional<T>& value) {
        if (value) to.emplace_back(key, written(*value));
    }
};

struct field_reader {
    const tree& from;
    const path& where;

    template <class T>
    void operator()(const char* key, T& value) {
        if (const tree* found = from.find(key)) read(*found, value, path{&where, key});
    }
    template <class T>
    void when_there(const char* key, std::optional<T>& value) {
        (*this)(key, value);
    }
};

template <class T>
struct held_by;  // how containers are written and read

template <class T>
struct held_by<std::optional<T>> {
    static tree write(const std::optional<T>& value) { return value ? written(*value) : tree(); }
    static void read_into(const tree& from, std::optional<T>& to, const path& where) {
        if (from.is_null()) return to.reset();
        read(from, to.emplace(), where);
    }
};

template <class T>
struct held_by<std::vector<T>> {
    static tree write(const std::vector<T>& values) {
        tree::list list;
        list.reserve(values.size());
        for (const T& each : values)
            list.push_back(written(each));
        return list;
    }
    static void read_into(const tree& from, std::vector<T>& to, const path& where) {
        to.clear();
        to.reserve(from.elements().size());
        for (std::size_t i = 0; i < from.elements().size(); ++i) {
            T element{};
            read(from.elements()[i], element, path{&where, {}, i});
            to.push_back(std::move(element));
        }
    }
};

template <class T, std::size_t N>
struct held_by<std::array<T, N>> {
    static tree write(const std::array<T, N>& values) {
        tree::list list;
        for (const T& each : values)
            list.push_back(written(each));
        return list;
    }
    static void read_into(const tree& from, std::array<T, N>& to, const path& where) {
        if (from.elements().size() > N)
            throw std::logic_error("at most " + std::to_string(N) + " elements were expected");
        for (std::size_t i = 0; i < from.elements().size(); ++i)
            read(from.elements()[i], to[i], path{&where, {}, i});
    }
};

template <class A, class B>
struct held_by<std::pair<A, B>> {
    static tree write(const std::pair<A, B>& value) {
        return tree::list{written(value.first), written(value.second)};
    }
    static void read_into(const tree& from, std::pair<A, B>& to, const path& where) {
        if (from.elements().size() != 2) throw std::logic_error("two elements were expected");
        read(from.elements()[0], to.first, path{&where, {}, 0});
        read(from.elements()[1], to.second, path{&where, {}, 1});
    }
};

template <class T>
struct held_by<std::map<std::string, T>> {
    static tree write(const std::map<std::string, T>& values) {
        tree::members named;
        for (const auto& [key, value] : values)
            named.emplace_back(key, written(value));
        return named;
    }
    static void read_into(const tree& from, std::map<std::string, T>& to, const path& where) {
        to.clear();
        for (const auto& [key, value] : from.named())
            read(value, to[key], path{&where, key});
    }
};

template <class T>
tree written(const T& value) {
    if constexpr (std::same_as<T, tree>) {
        return value;
    } else if constexpr (spelled<T>) {
        return to_word(value);
    } else if constexpr (has_fields<T>) {
        field_writer writer;
        visit_fields(writer, const_cast<T&>(value));
        return std::move(writer.to);
    } else if constexpr (requires { held_by<T>::write(value); }) {
        return held_by<T>::write(value);
    } else {
        return tree(value);
    }
}

template <class T>
void read_scalar(const tree& from, T& to) {
    if constexpr (std::same_as<T, bool>) {
        to = from.as_bool();
    } else if constexpr (std::floating_point<T>) {
        to = static_cast<T>(from.as_double());
    } else if constexpr (std::unsigned_integral<T>) {
        if (!std::in_range<T>(from.as_uint())) throw std::logic_error("the number is too large");
        to = static_cast<T>(from.as_uint());
    } else if constexpr (std::signed_integral<T>) {
        if (!std::in_range<T>(from.as_int())) throw std::logic_error("the number is too large");
        to = static_cast<T>(from.as_int());
    } else {
        to = from.as_text();
    }
}

template <spelled T>
void read_word(const tree& from, T& to) {
    if (const auto found = from_word<T>(from.as_text())) {
        to = *found;
        return;
    }
    std::string words;
    for (const auto& [member, word] : spelling<T>::words)
        words += (words.empty() ? "" : ", ") + std::string(word);
    throw std::logic_error("'" + from.as_text() + "' is not one of " + words);
}

template <class T>
void read(const tree& from, T& to, const path& where) {
    try {
        if constexpr (std::same_as<T, tree>) {
            to = from;
        } else if constexpr (spelled<T>) {
            read_word(from, to);
        } else if constexpr (has_fields<T>) {
            static_cast<void>(from.named());
            field_reader reader{from, where};
            visit_fields(reader, to);
        } else if constexpr (requires { held_by<T>::write(to); }) {
            held_by<T>::read_into(from, to, where);
        } else {
            read_scalar(from, to);
        }
    } catch (const std::logic_error& e) {
        throw bad_field(where.pointer(), e.what());
    }
}

}  // namespace detail

template <class T>
tree to_tree(const T& object) {
    return detail::written(object);
}

/// Throws bad_field.
template <class T>
T from_tree(const tree& from) {
    T object{};
    detail::read(from, object, detail::path{});
    return object;
}

/// Reads over what `object` holds: what is missing stays.
template <class T>
void read_over(const tree& from, T& object) {
    detail::read(from, object, detail::path{});
}

}  // namespace ipcmark
