#include "harness/worker/probes/probes.hpp"

#include <gtest/gtest.h>

namespace ipcmark::floors {
namespace {

TEST(probes, a_process_is_timed_to_its_own_end) {
    const double ns = lifetime(0, [] { return child::spawn_program({"sleep", "0.02"}, {}); });
    EXPECT_GE(ns, 20e6);
}

}  // namespace
}  // namespace ipcmark::floors
