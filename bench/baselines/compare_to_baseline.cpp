// Holds ipcmark's transports against hand-written loops of the same calls: interleaved, pinned to
// two CPUs, several rounds; prints ratios with their spread. A developer's program, not a test.
// Then the queues that others would use, as mechanisms in the same loops with the same instrument,
// so that nothing but the queue differs; streams once as they are, once bound by the producer and
// once by the consumer, and as ratios to the best of the others in each.
//   compare_to_baseline [ROUNDS] [SPAN_MS] [PART OF A NAME]
#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <map>
#include <thread>
#include <vector>

#include "bench/baselines/loops.hpp"
#include "bench/baselines/transports.hpp"
#include "harness/base/clock_calibration.hpp"
#include "harness/base/posix/affinity.hpp"
#include "harness/result/metrics.hpp"
#include "harness/run/placements.hpp"
#include "harness/run/runner.hpp"
#include "harness/stats/order.hpp"
#include "harness/worker/worker.hpp"
#include "transports/register_all.hpp"

namespace ipcmark {
namespace {

std::string spread_text(const std::vector<double>& values, const char* format) {
    const auto s = summarise(values);
    return fmt::format(fmt::runtime(std::string(format) + " [" + format + " .. " + format + "]"),
                       s->median, s->min, s->max);
}

/// What the rate of a queue hangs on besides the queue.
struct regime {
    std::string_view title;
    std::string_view suffix;
    pattern kind;
};
constexpr regime regimes[] = {{"stream as it is", "", pattern::one_way},
                              {"stream, producer slower", "_slow_producer", pattern::one_way},
                              {"stream, consumer slower", "_slow_consumer", pattern::one_way},
                              {"round trip", "", pattern::round_trip}};

class comparison {
public:
    comparison(int rounds, std::int64_t span_ns, std::string only)
        : rounds_(rounds),
          only_(std::move(only)),
          span_ns_(span_ns),
          cpus_(nearest_pair()),
          clock_(calibrate_clock(cpus_[0], cpus_[1])),
          pairs_(area_, interrupts_, clock_, {}) {}

    void run() {
        std::cout << fmt::format(
            "CPUs {} and {}, {} rounds of {} ms, ours and bare in turn; median [min .. max]\n",
            cpus_[0], cpus_[1], rounds_, span_ns_ / 1'000'000);
        std::vector<bare_loop> loops = bare_loops();
        std::erase_if(loops, [this](const bare_loop& each) { return !wanted(each.name); });
        for (int round = 0; round < rounds_ && !interrupts_.pending(); ++round) {
            for (const auto& loop : loops)
                measure(loop, round % 2 == 0);
            if (wanted("queue")) measure_queues();
            if (wanted("memcpy"))
                for (const std::size_t bytes : {std::size_t{64} << 10, std::size_t{1} << 20})
                    measure_bandwidth(bytes);
            if (wanted("null")) null_ns_.push_back(ours("null", 8, pattern::round_trip, "mean_ns"));
        }
        for (const auto& loop : loops)
            print(loop);
        print_the_rest();
    }

private:
    static std::array<int, 2> nearest_pair() {
        const auto choices = find_placements();
        const auto wanted = default_cross_placement(choices);
        for (const auto& choice : choices)
            if (choice.name == wanted) return {choice.cpus[0], choice.cpus[1]};
        return {0, 0};
    }

    bool wanted(std::string_view name) const { return name.find(only_) != name.npos; }

    double ours(const std::string& transport, std::size_t bytes, pattern kind,
                std::string_view key) {
        launch_request request;
        request.what = {transport, kind, bytes, placement::l3, touch::rw, default_depth(bytes)};
        request.parties = pair_on(cpus_[0], cpus_[1]);
        request.tag = ++sequence_ * 0x9E3779B97F4A7C15u;
        request.work.timed_ns = span_ns_;
        const repetition_result result = pairs_.run(request);
        if (result.failed)
            throw std::runtime_error(request.what.name() + ": " + result.failed->text);
        const shared_clock clock(clock_);
        const repetition_view view{request.what, result, clock};
        for (const metric& m : all_metrics())
            if (m.key == key) return m.value(view).value();
        throw std::logic_error("no such metric");
    }

    void measure(const bare_loop& loop, bool ours_first) {
        const auto kind = loop.one_way ? pattern::one_way : pattern::round_trip;
        const auto key = loop.one_way ? "messages_per_second" : "mean_ns";
        double our_figure = ours_first ? ours(loop.against, loop.payload_bytes, kind, key) : 0;
        const double bare_figure = loop.run(cpus_, span_ns_);
        if (!ours_first) our_figure = ours(loop.against, loop.payload_bytes, kind, key);
        ours_[loop.name].push_back(our_figure);
        bare_[loop.name].push_back(bare_figure);
        ratios_[loop.name].push_back(our_figure / bare_figure);
    }

    /// All in one round, so that what the machine does meanwhile hits all alike.
    void measure_queues() {
        for (const regime& each : regimes) {
            const bool stream = each.kind == pattern::one_way;
            double best_other = 0;
            for (const std::string queue : {"rigtorp_style", "boost_spsc", "packed", "ring"}) {
                const double figure = ours(queue + std::string(each.suffix), 64, each.kind,
                                           stream ? "messages_per_second" : "p50_ns");
                queues_[{each.title, queue}].push_back(figure);
                const double good = stream ? figure : 1 / figure;
                if (queue == "packed" || queue == "ring")
                    queue_ratios_[{each.title, queue}].push_back(good / best_other);
                else
                    best_other = std::max(best_other, good);
            }
        }
    }

    void measure_bandwidth(std::size_t bytes) {
        const double ring = ours("shm_ring_spin", bytes, pattern::one_way, "bytes_per_second");
        double floor = 0;
        std::thread([&] { floor = memcpy_bandwidth(cpus_[0], bytes, span_ns_); }).join();
        bandwidths_[bytes].push_back(ring / 1e9);
        bandwidth_ratios_[bytes].push_back(ring / floor);
    }

    void print(const bare_loop& loop) {
        const char* format = loop.one_way ? "{:.3g}" : "{:.0f}";
        std::cout << fmt::format(
            "{:<17} {:>8} B  ours/bare {}   ours {}   bare {} {}\n", loop.name, loop.payload_bytes,
            spread_text(ratios_[loop.name], "{:.3f}"), spread_text(ours_[loop.name], format),
            spread_text(bare_[loop.name], format), loop.one_way ? "messages/s" : "ns");
    }

    void print_queue(const regime& in, const std::string& queue,
                     const std::vector<double>& figures) {
        std::cout << fmt::format("{:<24} 64 B  {:<14} {} {}", in.title, queue,
                                 spread_text(figures, "{:.3g}"),
                                 in.kind == pattern::one_way ? "messages/s" : "ns");
        if (const auto ratios = queue_ratios_.find({in.title, queue});
            ratios != queue_ratios_.end())
            std::cout << "; times as good as the best other "
                      << spread_text(ratios->second, "{:.2f}");
        std::cout << '\n';
    }

    void print_the_rest() {
        for (const regime& each : regimes)
            for (const auto& [name, figures] : queues_)
                if (name.first == each.title) print_queue(each, name.second, figures);
        for (const auto& [bytes, ratios] : bandwidth_ratios_)
            std::cout << fmt::format("{:<17} {:>8} B  ours/memcpy {}   ours {} GB/s\n",
                                     "ring one way", bytes, spread_text(ratios, "{:.2f}"),
                                     spread_text(bandwidths_[bytes], "{:.1f}"));
        if (!null_ns_.empty())
            std::cout << fmt::format("{:<17} {:>8} B  {} ns per message, the instrument itself\n",
                                     "null", 8, spread_text(null_ns_, "{:.1f}"));
    }

    int rounds_;
    std::string only_;
    std::int64_t span_ns_;
    std::array<int, 2> cpus_;
    run_workspace area_;
    interrupt_watch interrupts_;
    clock_parameters clock_;
    runner pairs_;
    std::uint64_t sequence_ = 0;
    std::map<std::string, std::vector<double>> ours_;
    std::map<std::string, std::vector<double>> bare_;
    std::map<std::string, std::vector<double>> ratios_;
    using of_queue = std::map<std::pair<std::string_view, std::string>, std::vector<double>>;
    of_queue queues_;  // by the regime's title and the queue
    of_queue queue_ratios_;
    std::map<std::size_t, std::vector<double>> bandwidths_;
    std::map<std::size_t, std::vector<double>> bandwidth_ratios_;
    std::vector<double> null_ns_;
};

}  // namespace
}  // namespace ipcmark

int main(int argc, char** argv) {
    using namespace ipcmark;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front() == "worker") {
        registry all;
        register_all(all);
        register_contenders(all);
        return worker_main(arguments, all);
    }
    try {
        const int rounds = argc > 1 ? std::stoi(argv[1]) : 11;
        const std::int64_t span_ms = argc > 2 ? std::stol(argv[2]) : 100;
        comparison(rounds, span_ms * 1'000'000, argc > 3 ? argv[3] : "").run();
    } catch (const std::exception& e) {
        std::cerr << "compare_to_baseline: " << e.what() << '\n';
        return 1;
    }
    return 0;
}
