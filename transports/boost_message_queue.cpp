#include <optional>

#include <boost/interprocess/ipc/message_queue.hpp>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/mapping.hpp"
#include "harness/endpoints/limits.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace bip = boost::interprocess;

/// boost::interprocess::message_queue, one per direction, its name removed as soon as both sides
/// have it. Blocking; two copies.
struct boost_message_queue {
    static constexpr transport_info info{
        .name = "boost_message_queue",
        .summary = "Boost.Interprocess message_queue in named shared memory",
        .family = "message queues",
        .reference = "boost::interprocess::message_queue",
        .facts = {.message_boundaries = true,
                  .unrelated_processes = true,
                  .fan_in = true,
                  .fan_out = sharing::competing,
                  .joinable = true,
                  .priorities = true,
                  .survives_producer_exit = true,
                  .control = access::file_mode},
    };

    static std::optional<std::string> limit(const demand& asked) {
        return shared_memory_limit(queue_bytes(asked) * asked.directions());
    }

    explicit boost_message_queue(setup& cell)
        : outgoing_(mapping::anonymous(cell.payload_bytes)),
          incoming_(mapping::anonymous(cell.payload_bytes)),
          payload_bytes_(cell.payload_bytes) {
        const std::string forward = directed_name(cell.name, direction::forward);
        const std::string backward = directed_name(cell.name, direction::backward);
        auto& first = cell.producer() ? out_ : in_;
        auto& second = cell.producer() ? in_ : out_;
        if (cell.makes()) {
            create(first, forward, cell);
            if (cell.both_ways()) create(second, backward, cell);
            cell.peer.meet();
            cell.peer.meet();
            bip::message_queue::remove(forward.c_str());
            bip::message_queue::remove(backward.c_str());
        } else {
            cell.peer.meet();
            first.emplace(bip::open_only, forward.c_str());
            if (cell.both_ways()) second.emplace(bip::open_only, backward.c_str());
            cell.peer.meet();
        }
    }

    template <class Fill>
    void send(Fill fill) {
        send_with(fill, 0);
    }
    template <class Fill>
    void send_urgent(Fill fill) {
        send_with(fill, 1);
    }

    template <class Consume>
    bool recv(Consume consume) {
        std::size_t got = 0;
        unsigned priority = 0;
        in_.value().receive(incoming_.data(), payload_bytes_, got, priority);
        consume(readable(incoming_.data(), got));
        return true;
    }

private:
    static std::size_t queue_bytes(const demand& asked) {
        constexpr std::size_t header_bytes = 64;
        return asked.depth * (asked.payload_bytes + header_bytes) + 4096;
    }

    static void create(std::optional<bip::message_queue>& queue, const std::string& name,
                       const setup& cell) {
        queue.emplace(bip::create_only, name.c_str(), cell.depth, cell.payload_bytes,
                      bip::permissions(0600));
    }

    template <class Fill>
    void send_with(Fill fill, unsigned priority) {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        out_.value().send(bytes.data(), bytes.size(), priority);
    }

    mapping outgoing_;
    mapping incoming_;
    std::size_t payload_bytes_;
    std::optional<bip::message_queue> out_;
    std::optional<bip::message_queue> in_;
};

void register_boost_message_queue(registry& all) {
    all.add<boost_message_queue>();
}

}  // namespace ipcmark::transports
