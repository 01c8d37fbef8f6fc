#include "harness/contract/party.hpp"

#include <algorithm>

namespace ipcmark {

std::vector<party> pair_on(int producer_cpu, int consumer_cpu) {
    return {{role::producer, 0, producer_cpu}, {role::consumer, 0, consumer_cpu}};
}

std::string name_of(std::size_t position, std::span<const party> all) {
    const party& one = all[position];
    const std::string side(to_word(one.side));
    const auto same = std::count_if(all.begin(), all.end(),
                                    [&](const party& each) { return each.side == one.side; });
    return same == 1 ? side : side + ' ' + std::to_string(one.index);
}

std::vector<int> cpus_of(std::span<const party> all) {
    std::vector<int> cpus;
    cpus.reserve(all.size());
    for (const party& each : all)
        cpus.push_back(each.cpu);
    return cpus;
}

}  // namespace ipcmark
