#include <optional>
#include <poll.h>

#include "bench/designs/bare.hpp"
#include "bench/designs/channels.hpp"

/// As many messages as one consumer takes, of one producer or of several: log lines, large buffers.

namespace bare {
namespace {

void produce(channel& out, const task& what, const starting_line& line) {
    const std::int64_t end = line.await() + static_cast<std::int64_t>(what.seconds * 1e9);
    for (std::uint64_t i = 0;; ++i) {
        const std::int64_t from = now_ns();
        const bool last = from >= end;
        write_message(out.slot(), what.payload_bytes, {last ? last_message : i, from});
        out.send();
        if (last) return;
    }
}

/// One channel that all send into, or one each.
class inlets {
public:
    explicit inlets(const task& what) : payload_bytes_(what.payload_bytes), open_(what.parties) {
        const bool joined = what.parties == 1 || is_joinable(what.mechanism);
        for (std::size_t i = 0; i < (joined ? 1 : what.parties); ++i) {
            channels_.push_back(open_channel(what.mechanism, what.payload_bytes));
            ready_.push_back({channels_.back()[1]->descriptor(), POLLIN, 0});
            if (!joined && ready_.back().fd < 0)
                throw std::invalid_argument(what.mechanism + " has nothing to poll for many");
        }
    }
    channel& of_producer(std::size_t at) { return *channels_[at % channels_.size()][0]; }

    /// Until every producer has sent its last.
    template <class Note>
    void take_all(Note note) {
        while (open_ > 0) {
            if (channels_.size() == 1) {
                take(0, note);
                continue;
            }
            checked(::poll(ready_.data(), ready_.size(), -1), "poll");
            for (std::size_t i = 0; i < ready_.size(); ++i)
                if ((ready_[i].revents & POLLIN) != 0) take(i, note);
        }
    }

private:
    template <class Note>
    void take(std::size_t at, Note note) {
        channel& in = *channels_[at][1];
        const head message = read_message(in.receive(), payload_bytes_);
        in.done();
        note();
        if (message.number != last_message) return;
        ready_[at].fd = -1;
        --open_;
    }

    std::size_t payload_bytes_;
    std::size_t open_;  // producers that have not sent their last
    std::vector<channel_ends> channels_;
    std::vector<pollfd> ready_;
};

figures measure(const task& what) {
    inlets all(what);
    auto* line = shared<starting_line>();
    std::vector<pid_t> producers;
    for (std::size_t i = 0; i < what.parties; ++i)
        producers.push_back(fork_into([&, i] { produce(all.of_producer(i), what, *line); }));
    line->open();
    const usage_since waiting;
    std::optional<usage_since> receiving;
    double idle_cpu = 0;
    double messages = 0;  // after the first, which ends the silence
    all.take_all([&] {
        if (receiving) {
            ++messages;
            return;
        }
        idle_cpu = waiting.core_share();
        receiving.emplace();
    });
    const double per_second = messages / receiving->elapsed_ns() * 1e9;
    await(producers);
    return {{"throughput", per_second},
            {"bandwidth", per_second * static_cast<double>(what.payload_bytes)},
            {"idle_cpu", idle_cpu},
            {"messages", messages}};
}

}  // namespace
}  // namespace bare

int main(int count, char** words) {
    return bare::run_program(count, words, &bare::measure);
}
