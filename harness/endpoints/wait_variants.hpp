#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "harness/endpoints/readiness.hpp"

/// The variants of a byte stream that differ in how they wait: pipe, pipe_poll, pipe_epoll,
/// pipe_epoll_et, pipe_busy.
namespace ipcmark {

namespace detail {
template <std::size_t Bytes>
consteval std::array<char, Bytes> joined(std::string_view first, std::string_view second) {
    std::array<char, Bytes> text{};
    std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), text.begin()));
    return text;
}
}  // namespace detail

/// The description of the variant that waits by Readiness: `Plain` with its suffix, phrase and
/// style.
template <const transport_info& Plain, class Readiness>
struct waiting_description {
private:
    static constexpr auto name_ =
        detail::joined<Plain.name.size() + Readiness::suffix.size()>(Plain.name, Readiness::suffix);
    static constexpr auto summary_ =
        detail::joined<Plain.summary.size() + Readiness::phrase.size()>(Plain.summary,
                                                                        Readiness::phrase);

public:
    static constexpr transport_info info = [] {
        transport_info variant = Plain;
        variant.name = {name_.data(), name_.size()};
        variant.summary = {summary_.data(), summary_.size()};
        variant.wait = Readiness::style;
        return variant;
    }();
};

/// Registers a stream transport once for each way to wait.
template <template <class> class Stream, class Registry>
void add_each_wait(Registry& all) {
    all.template add<Stream<blocking>>();
    all.template add<Stream<nonblocking<poll_wait>>>();
    all.template add<Stream<nonblocking<epoll_wait_for<false>>>>();
    all.template add<Stream<nonblocking<epoll_wait_for<true>>>>();
    all.template add<Stream<nonblocking<busy_wait>>>();
}

}  // namespace ipcmark
