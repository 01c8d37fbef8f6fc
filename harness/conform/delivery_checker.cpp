#include "harness/conform/delivery_checker.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <utility>

namespace ipcmark::conform {

namespace {
constexpr std::array fields{std::pair{"expected", &account::expected},
                            std::pair{"received", &account::received},
                            std::pair{"duplicated", &account::duplicated},
                            std::pair{"out_of_order", &account::out_of_order},
                            std::pair{"damaged", &account::damaged},
                            std::pair{"wrong_size", &account::wrong_size},
                            std::pair{"foreign", &account::foreign}};
}  // namespace

void account::write_to(std::map<std::string, std::int64_t>& notes,
                       const std::string& prefix) const {
    for (const auto& [name, field] : fields)
        notes[prefix + name] = static_cast<std::int64_t>(this->*field);
}

account account::read_from(const std::map<std::string, std::int64_t>& notes,
                           const std::string& prefix) {
    account result;
    for (const auto& [name, field] : fields)
        if (const auto at = notes.find(prefix + name); at != notes.end())
            result.*field = static_cast<std::uint64_t>(at->second);
    return result;
}

std::optional<std::string> account::fault(bool may_drop, bool ordered) const {
    std::string text;
    const auto complain = [&text](std::uint64_t count, std::string_view what) {
        if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
    };
    if (!may_drop || received == 0) complain(expected - received, "never came");
    complain(duplicated, "came twice");
    if (ordered) complain(out_of_order, "came after a later one");
    complain(damaged, "damaged");
    complain(wrong_size, "of the wrong size");
    complain(foreign, "not ours");
    if (text.empty()) return std::nullopt;
    return fmt::format("of {} messages {}", expected, text);
}

delivery_checker::delivery_checker(const payload_plan& plan, std::uint64_t messages)
    : plan_(plan), writer_(plan), wanted_(plan.bytes), seen_(messages) {
    sums_.expected = messages;
}

std::uint64_t delivery_checker::sequence_of(readable bytes) const {
    std::uint64_t word = 0;
    const std::size_t given = std::min({bytes.size(), plan_.bytes, sizeof word});
    if (given == 0) return entered_;  // a message without bytes: only its number can be counted
    std::memcpy(&word, bytes.data(), given);
    const std::uint64_t mask =
        given == sizeof word ? ~std::uint64_t{0} : (std::uint64_t{1} << given * 8) - 1;
    return (word - plan_.tag) & mask;
}

void delivery_checker::enter(readable bytes) {
    const std::uint64_t sequence = sequence_of(bytes);
    ++entered_;
    if (bytes.size() != plan_.bytes) {
        ++sums_.wrong_size;
        return;
    }
    if (sequence >= sums_.expected) {
        ++sums_.foreign;
        return;
    }
    writer_.set_sequence(sequence);
    writer_.write(wanted_);
    if (!std::equal(bytes.begin(), bytes.end(), wanted_.begin())) ++sums_.damaged;
    if (seen_[sequence])
        ++sums_.duplicated;
    else
        ++sums_.received;
    if (sequence + 1 < latest_) ++sums_.out_of_order;
    seen_[sequence] = true;
    latest_ = std::max(latest_, sequence + 1);
    last_ = sequence;
}

}  // namespace ipcmark::conform
