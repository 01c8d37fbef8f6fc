#pragma once

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "harness/run/plan.hpp"
#include "transports/register_all.hpp"

namespace ipcmark::test {

/// The placements of a machine of two CPUs with one L3.
inline std::vector<placement_choice> two_cpus() {
    return {{placement::same_cpu, true, {1, 1}, ""},
            {placement::smt, false, {}, "no second hardware thread"},
            {placement::l2, false, {}, "no shared L2"},
            {placement::l3, true, {1, 0}, ""},
            {placement::package, false, {}, "one L3"},
            {placement::numa, false, {}, "one node"},
            {placement::free, true, {}, ""}};
}

/// Plans over every mechanism.
class plan_fixture : public testing::Test {
protected:
    plan_fixture() {
        register_all(all);
        request.patterns = {pattern::round_trip, pattern::one_way};
        request.payloads = {64, 65'536};
        request.placements = {"cross"};
    }
    plan expanded() { return expand(request, 42, all, two_cpus()); }
    std::vector<std::string> names() {
        std::vector<std::string> result;
        for (const auto& planned : expanded().cells)
            result.push_back(planned.what.name());
        return result;
    }
    registry all;
    plan_request request;
};

}  // namespace ipcmark::test
