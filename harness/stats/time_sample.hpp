#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ipcmark {

/// Every 2^k-th value of a series of unknown length, in the order they came: what the rules about
/// time (stationarity, drift, autocorrelation) look at, since a histogram forgets the order.
/// Deterministic: which values are kept depends on their number alone, never on their size.
///
/// Values are only appended, to storage that is allocated and touched at construction: the first
/// 2,048 all, then every second one until 1,024 more are there, then every fourth, and so on.
/// values() takes from them those that the last stride would have kept, so that no record has to
/// thin out what is stored (it would lengthen the next latency). Never allocates, never throws.
class time_sample {
public:
    static constexpr std::size_t at_most = 2'048;

    time_sample() : stored_(room, 0.0F) {}

    void record(std::int64_t value) noexcept {
        if (--skipped_ != 0) [[likely]]
            return;
        keep(static_cast<float>(value));
    }

    /// The kept values, oldest first: at most `at_most`, evenly apart. Rounded to 24 bits.
    std::vector<double> values() const {
        std::vector<double> result;
        for (std::size_t i = 0; i < used_; ++i)
            if (number_of(i) % stride_ == 0) result.push_back(static_cast<double>(stored_[i]));
        return result;
    }
    /// How many values of the series lie between two kept ones, plus one. A power of two.
    std::uint64_t stride() const noexcept { return stride_; }

private:
    static constexpr std::size_t half = at_most / 2;
    static constexpr std::size_t doublings = 24;  // 2^35 values before it keeps no more
    static constexpr std::size_t room = at_most + doublings * half;

    void keep(float value) noexcept {
        if (used_ == room) {
            skipped_ = 0;  // 2^64 more before the next look
            return;
        }
        if (used_ == next_doubling_) {
            stride_ *= 2;
            next_doubling_ += half;
        }
        stored_[used_++] = value;
        skipped_ = stride_;
    }

    /// The number in the series, from 0, of the value stored at `position`.
    static std::uint64_t number_of(std::size_t position) noexcept {
        if (position < at_most) return position;
        const std::size_t doubled = (position - at_most) / half + 1;
        return (half + (position - at_most) % half) * (std::uint64_t{1} << doubled);
    }

    std::uint64_t skipped_ = 1;  // values until the next one to keep
    std::uint64_t stride_ = 1;
    std::size_t used_ = 0;
    std::size_t next_doubling_ = at_most;
    std::vector<float> stored_;
};

}  // namespace ipcmark
