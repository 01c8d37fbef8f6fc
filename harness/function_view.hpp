#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace ipcmark {

template <class Signature>
class function_view;

/// A borrowed callable: two words, no ownership, valid while the callable lives.
template <class Result, class... Arguments>
class function_view<Result(Arguments...)> {
public:
    template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, function_view> &&
             std::is_invocable_r_v<Result, Callable&, Arguments...>)
        function_view(Callable&& callable)
    noexcept  // NOLINT(google-explicit-constructor)
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
