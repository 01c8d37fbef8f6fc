#include "harness/result/repetition.hpp"

#include <fmt/format.h>

namespace ipcmark {

std::optional<failure> repetition_result::conclude_sharing() {
    const measurement& sent = producer().measured;
    std::uint64_t received = 0;
    std::uint64_t sum = 0;
    bool summed = true;
    for_each_of(role::consumer, [&](const worker_report& each) {
        received += each.measured.messages;
        sum += each.measured.sequence_sum.value_or(0);
        summed = summed && each.measured.sequence_sum;
    });
    const auto fault = [&](const char* what) {
        return failure{status::failed, "integrity", "reporting",
                       fmt::format("of {} messages sent {} arrived at several consumers{}",
                                   sent.messages, received, what)};
    };
    if (received > sent.messages || (summed && received < sent.messages)) return fault("");
    const std::uint64_t n = sent.messages;
    const std::uint64_t half = n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n;
    if (summed && sum != n * sent.first_sequence + half)
        return fault(", but not each of them once: some came twice, others never");
    if (!summed) sides.at(ipcmark::first_of(role::consumer, parties)).measured.lost = n - received;
    return std::nullopt;
}

void repetition_result::pool(role side) {
    if (count_of(side) < 2) return;
    worker_report all = first_of(side);
    all.latencies = {};
    all.latencies_in_order.clear();
    for_each_of(side, [&all](const worker_report& each) {
        all.latencies.add(each.latencies);
        all.order_stride = std::max(all.order_stride, each.order_stride);
        all.latencies_in_order.insert(all.latencies_in_order.end(), each.latencies_in_order.begin(),
                                      each.latencies_in_order.end());
    });
    pooled = {std::move(all)};
}

}  // namespace ipcmark
