#include "harness/result/repetition.hpp"

namespace ipcmark {

void repetition_result::pool(role side) {
    if (count_of(side) < 2) return;
    worker_report all = first_of(side);
    all.latencies = {};
    all.latencies_in_order.clear();
    for_each_of(side, [&all](const worker_report& each) {
        all.latencies.add(each.latencies);
        all.order_stride = std::max(all.order_stride, each.order_stride);
        all.latencies_in_order.insert(all.latencies_in_order.end(),
                                      each.latencies_in_order.begin(),
                                      each.latencies_in_order.end());
    });
    pooled = {std::move(all)};
}

}  // namespace ipcmark
