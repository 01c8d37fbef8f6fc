#include "harness/endpoints/channel_pair.hpp"
#include "harness/worker/registry.hpp"
#include "transports/parts/latest_buffers.hpp"

namespace ipcmark::transports {

namespace {

constexpr transport_info describe(std::string_view name, std::string_view summary) {
    return {.name = name,
            .summary = summary,
            .family = "shared memory",
            .reference = "harness/endpoints/latest_buffers.hpp",
            .copies_per_message = 0,
            .wait = wait_style::spins,
            .facts = {.message_boundaries = true,
                      .may_drop = true,
                      .latest_value = true,
                      .control = access::descriptor}};
}

}  // namespace

/// The latest value in one of two buffers; the reader spins. Zero copy.
struct shm_double_buffer : channel_pair<latest_buffers<two_buffers>> {
    static constexpr transport_info info = describe(
        "shm_double_buffer",
        "latest value in two buffers, the writer takes an unread one back; the reader spins");
    using channel_pair::channel_pair;
};

/// The latest value in one of three buffers, wait-free on both sides; the reader spins. Zero copy.
struct shm_triple_buffer : channel_pair<latest_buffers<three_buffers>> {
    static constexpr transport_info info =
        describe("shm_triple_buffer",
                 "latest value in three buffers, wait-free: one is always ready; the reader spins");
    using channel_pair::channel_pair;
};

void register_shm_double_buffer(registry& all) {
    all.add<shm_double_buffer>();
    all.add<shm_triple_buffer>();
}

}  // namespace ipcmark::transports
