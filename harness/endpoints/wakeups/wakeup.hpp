#pragma once

#include <concepts>

#include "harness/base/object_names.hpp"
#include "harness/contract/transport.hpp"

namespace ipcmark {

/// A way for one process to wake the other. It counts: post adds one, wait takes one and sleeps
/// while there is none, so that no wake-up is lost between looking and sleeping. One process posts,
/// the other waits: `forward` wakes the consumer, `backward` the producer.
///
/// Both sides construct it at the same point, with `memory` in memory that they share (zeroed by
/// the system, nothing else); the producer makes what has to be made. wait gives false when the
/// peer is known to have gone, or when a lossy one has waited for loss_timeout_ms. Neither
/// allocates. post throws when the kernel refuses it.
template <class T>
concept wakeup = requires {
    typename T::shared;
}
&&std::constructible_from<T, setup&, direction, typename T::shared&>&& requires(T& bell) {
    { bell.post() } -> std::same_as<void>;
    { bell.wait() } -> std::same_as<bool>;
};

/// One whose waiter may take several posts at once says how often it took any.
template <class T>
concept joins_posts = requires(const T& bell) {
    { bell.deliveries() } -> std::same_as<std::uint64_t>;
};

/// What a wakeup that lives in the kernel alone shares.
struct nothing_shared {};

/// Whether this process is the one that `which` wakes.
inline bool is_woken(const setup& cell, direction which) {
    return cell.producer() == (which == direction::backward);
}

}  // namespace ipcmark
