#include "harness/worker/registry.hpp"

#include <gtest/gtest.h>

#include "harness/base/suggest.hpp"
#include "transports/register_all.hpp"

namespace ipcmark {
namespace {

template <const transport_info& Info>
struct stand_in {
    static constexpr const transport_info& info = Info;
    explicit stand_in(setup&) {}
    template <class Fill>
    void send(Fill) {}
    template <class Consume>
    bool recv(Consume) {
        return true;
    }
};
constexpr transport_info good{.name = "stand_in", .summary = "s", .family = "f", .reference = "r"};
constexpr transport_info bad{.name = "Bad-Name", .summary = "s", .family = "f", .reference = "r"};

struct limited : stand_in<good> {
    using stand_in::stand_in;
    static std::optional<std::string> unavailable() { return "the kernel lacks it"; }
    static std::optional<std::string> limit(const demand& asked) {
        return asked.payload_bytes > 100 ? std::optional<std::string>("above 100") : std::nullopt;
    }
};

TEST(registry, names_are_well_formed_and_unique) {
    registry all;
    all.add<stand_in<good>>();
    EXPECT_THROW(all.add<stand_in<good>>(), std::logic_error);
    EXPECT_THROW(all.add<stand_in<bad>>(), std::logic_error);
    ASSERT_NE(all.find("stand_in"), nullptr);
    EXPECT_EQ(all.find("stand"), nullptr);
}

TEST(registry, optional_parts_are_found) {
    registry all;
    all.add<limited>();
    const registration& entry = *all.find("stand_in");
    EXPECT_EQ(entry.why_unavailable(), "the kernel lacks it");
    EXPECT_EQ(entry.why_refused({pattern::round_trip, 101, 1}), "above 100");
    EXPECT_FALSE(entry.why_refused({pattern::round_trip, 100, 1}));
    EXPECT_TRUE(entry.why_refused({pattern::round_trip, 0, 1}));
    EXPECT_FALSE(entry.has_urgent);
}

TEST(registry, a_missing_package_is_told) {
    registry all;
    all.add_missing("zeromq", "cppzmq was not found; install cppzmq-dev");
    EXPECT_EQ(all.find("zeromq")->why_unavailable(), "cppzmq was not found; install cppzmq-dev");
}

TEST(registry, every_transport_of_this_build_is_there) {
    registry all;
    register_all(all);
    for (const char* name : {"null", "pipe", "fifo", "unix_stream", "unix_seqpacket", "tcp", "udp",
                             "posix_mq", "boost_message_queue", "shm_ring_spin", "shm_ring_futex",
                             "boost_shm_condition", "faulty_drop", "faulty_corrupt",
                             "faulty_duplicate", "faulty_reorder", "faulty_hang", "faulty_die"})
        EXPECT_NE(all.find(name), nullptr) << name;
    EXPECT_EQ(all.nearest("pip").front(), "pipe");
    EXPECT_EQ(all.nearest("shm_ring_futx").front(), "shm_ring_futex");
    EXPECT_TRUE(all.nearest("quantum_entanglement").empty());
}

TEST(nearest, near_words_are_offered_best_first) {
    EXPECT_EQ(nearest_words("repor", {"run", "report", "doctor"}),
              std::vector<std::string>{"report"});
    EXPECT_EQ(join_or({"a", "b", "c"}), "a, b or c");
    EXPECT_EQ(join_or({"a"}), "a");
}

}  // namespace
}  // namespace ipcmark
