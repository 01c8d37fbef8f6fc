#include "harness/contract/party.hpp"

#include <algorithm>
#include <stdexcept>

namespace ipcmark {

std::vector<party> pair_on(int producer_cpu, int consumer_cpu) {
    return {{role::producer, 0, producer_cpu}, {role::consumer, 0, consumer_cpu}};
}

std::vector<party> parties_of(const party_counts& counts, pattern kind) {
    if (counts.is_pair()) return unpinned_pair();
    std::vector<party> all;
    if (counts.pairs > 1) {
        for (unsigned i = 0; i < counts.pairs; ++i)
            for (const role side : {role::producer, role::consumer})
                all.push_back({side, i, no_cpu, i});
        return all;
    }
    const bool serves = pattern_of(kind).both_ways();
    for (unsigned i = 0; i < (serves ? counts.after : counts.before); ++i)
        all.push_back({role::producer, i});
    for (unsigned i = 0; i < (serves ? counts.before : counts.after); ++i)
        all.push_back({role::consumer, i});
    return all;
}

std::vector<std::size_t> partners_of(std::size_t position, std::span<const party> all) {
    std::vector<std::size_t> partners;
    for (std::size_t other = 0; other < all.size(); ++other)
        if (all[other].side != all[position].side && all[other].pair == all[position].pair)
            partners.push_back(other);
    return partners;
}

membership membership_of(std::size_t position, std::span<const party> all, topology how) {
    membership group{how, {}, {}, all[position].index};
    for (std::size_t i = 0; i < all.size(); ++i)
        (all[i].side == role::producer ? group.producers : group.consumers).push_back(i);
    return group;
}

std::string name_of(std::size_t position, std::span<const party> all) {
    const party& one = all[position];
    const std::string side(to_word(one.side));
    const auto same = std::count_if(all.begin(), all.end(),
                                    [&](const party& each) { return each.side == one.side; });
    return same == 1 ? side : side + ' ' + std::to_string(one.index);
}

std::vector<party> placed(std::vector<party> all, std::span<const int> cpus) {
    if (!cpus.empty() && cpus.size() != all.size())
        throw std::invalid_argument(std::to_string(cpus.size()) + " CPUs for " +
                                    std::to_string(all.size()) + " parties");
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i].cpu = cpus.empty() ? no_cpu : cpus[i];
    return all;
}

std::vector<party> exchanged(std::vector<party> all) {
    std::vector<int> cpus = cpus_of(all);
    std::reverse(cpus.begin(), cpus.end());
    return placed(std::move(all), cpus);
}

std::size_t first_of(role side, std::span<const party> all) {
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const party& each) { return each.side == side; });
    if (at == all.end()) throw std::out_of_range("no " + std::string(to_word(side)));
    return static_cast<std::size_t>(at - all.begin());
}

std::vector<int> cpus_of(std::span<const party> all) {
    std::vector<int> cpus;
    cpus.reserve(all.size());
    for (const party& each : all)
        cpus.push_back(each.cpu);
    return cpus;
}

std::vector<int> distinct_cpus_of(std::span<const party> all) {
    std::vector<int> cpus;
    for (const party& each : all)
        if (each.cpu != no_cpu && std::find(cpus.begin(), cpus.end(), each.cpu) == cpus.end())
            cpus.push_back(each.cpu);
    return cpus;
}

bool share_a_cpu(std::span<const party> all) {
    const auto pinned =
        std::count_if(all.begin(), all.end(), [](const party& each) { return each.cpu != no_cpu; });
    return distinct_cpus_of(all).size() < static_cast<std::size_t>(pinned);
}

}  // namespace ipcmark
