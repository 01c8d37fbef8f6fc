#pragma once

#include <gtest/gtest.h>
#include <optional>
#include <string_view>

#include "harness/result/metrics.hpp"

namespace ipcmark {

/// A metric's value by its key.
inline std::optional<double> value_of(std::string_view key, const repetition_view& view) {
    for (const metric& m : all_metrics())
        if (m.key == key) return m.value(view);
    ADD_FAILURE() << "no metric " << key;
    return std::nullopt;
}

}  // namespace ipcmark
