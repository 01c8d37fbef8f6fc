#include <optional>
#include <poll.h>

#include "bench/designs/bare.hpp"
#include "bench/designs/channels.hpp"

/// Clients that ask one service, each again once it has its answer, or at a rate.

namespace bare {
namespace {

constexpr std::size_t most_times = 1 << 20;

/// What a client leaves for the parent.
struct asked {
    double cpu_ns = 0;
    std::size_t answers = 0;
    std::int64_t* times = nullptr;
};

void ask(channel& service, const task& what, const starting_line& line, asked& to) {
    const std::int64_t start = line.await();
    const std::int64_t end = start + static_cast<std::int64_t>(what.seconds * 1e9);
    std::int64_t due = start;
    const usage_since asking;
    for (bool last = false; !last && to.answers < most_times;) {
        if (what.rate_hz > 0) due += static_cast<std::int64_t>(1e9 / what.rate_hz);
        const std::int64_t from = what.rate_hz > 0 ? await_due(due, what.rate_hz) : now_ns();
        last = from >= end;
        write_message(service.slot(), what.payload_bytes, {last ? last_message : 0, from});
        service.send();
        read_message(service.receive(), what.payload_bytes);
        service.done();
        to.times[to.answers++] = now_ns() - from;
    }
    to.cpu_ns = asking.cpu_used_ns();
}

/// Answers each client until it has asked its last.
class service {
public:
    explicit service(const task& what) : payload_bytes_(what.payload_bytes) {
        for (std::size_t i = 0; i < what.parties; ++i) {
            clients_.push_back(open_channel(what.mechanism, what.payload_bytes));
            ready_.push_back({clients_[i][1]->descriptor(), POLLIN, 0});
            if (what.parties > 1 && ready_[i].fd < 0)
                throw std::invalid_argument(what.mechanism + " has nothing to poll for many");
        }
    }
    channel& of_client(std::size_t at) { return *clients_[at][0]; }

    void answer_all() {
        waiting_.emplace();
        for (std::size_t left = clients_.size(); left > 0;) {
            if (clients_.size() > 1) checked(::poll(ready_.data(), ready_.size(), -1), "poll");
            for (std::size_t i = 0; i < clients_.size(); ++i)
                if (clients_.size() == 1 || (ready_[i].revents & POLLIN) != 0)
                    left -= answer_one(i) ? 1 : 0;
        }
    }
    double idle_cpu() const { return idle_cpu_; }
    const usage_since& answering() const { return *answering_; }

private:
    /// Whether it was the client's last.
    bool answer_one(std::size_t at) {
        channel& client = *clients_[at][1];
        const head question = read_message(client.receive(), payload_bytes_);
        client.done();
        if (!answering_) {
            idle_cpu_ = waiting_->core_share();
            answering_.emplace();
        }
        write_message(client.slot(), payload_bytes_, question);
        client.send();
        if (question.number != last_message) return false;
        ready_[at].fd = -1;
        return true;
    }

    std::size_t payload_bytes_;
    std::vector<channel_ends> clients_;
    std::vector<pollfd> ready_;
    std::optional<usage_since> waiting_;    // for the first question
    std::optional<usage_since> answering_;  // from there on
    double idle_cpu_ = 0;
};

figures measure(const task& what) {
    service all(what);
    auto* of_clients = shared<asked>(what.parties);
    auto* line = shared<starting_line>();
    std::vector<pid_t> clients;
    for (std::size_t i = 0; i < what.parties; ++i) {
        of_clients[i].times = shared<std::int64_t>(most_times);
        clients.push_back(fork_into([&, i] { ask(all.of_client(i), what, *line, of_clients[i]); }));
    }
    line->open();
    all.answer_all();
    const double elapsed_ns = all.answering().elapsed_ns();
    double all_cpu_ns = all.answering().cpu_used_ns();
    await(clients);
    percentiles times(0);
    for (std::size_t i = 0; i < what.parties; ++i) {
        all_cpu_ns += of_clients[i].cpu_ns;
        for (std::size_t n = 0; n < of_clients[i].answers; ++n)
            times.note(of_clients[i].times[n]);
    }
    figures found;
    add_latencies(times, found);
    found.emplace_back("cpu", all_cpu_ns / elapsed_ns);
    found.emplace_back("idle_cpu", all.idle_cpu());
    found.emplace_back("rate", static_cast<double>(times.count()) / elapsed_ns * 1e9);
    found.emplace_back("messages", static_cast<double>(times.count()));
    return found;
}

}  // namespace
}  // namespace bare

int main(int count, char** words) {
    return bare::run_program(count, words, &bare::measure);
}
