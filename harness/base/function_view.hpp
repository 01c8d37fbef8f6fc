#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace ipcmark {

template <class Signature>
class function_view;

namespace detail {
template <class Callable, class Self, class Result, class... Arguments>
concept viewable = !std::is_same_v<std::remove_cvref_t<Callable>, Self> &&
                   std::is_invocable_r_v<Result, Callable&, Arguments...>;
}  // namespace detail

/// A borrowed callable: two words, no ownership, valid while the callable lives.
template <class Result, class... Arguments>
class function_view<Result(Arguments...)> {
public:
    template <detail::viewable<function_view, Result, Arguments...> Callable>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): the concept leaves copies alone
    function_view(Callable&& callable) noexcept
        : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
          call_([](void* object, Arguments... arguments) -> Result {
              return (*static_cast<std::remove_reference_t<Callable>*>(object))(
                  std::forward<Arguments>(arguments)...);
          }) {}

    Result operator()(Arguments... arguments) const {
        return call_(object_, std::forward<Arguments>(arguments)...);
    }

private:
    void* object_;
    Result (*call_)(void*, Arguments...);
};

}  // namespace ipcmark
