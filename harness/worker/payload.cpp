#include "harness/worker/payload.hpp"

#include <algorithm>
#include <string>

#include "harness/worker/crc32c.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr std::size_t line_bytes = 64;
constexpr std::size_t smallest_with_crc = 2 * word_bytes;
constexpr std::uint64_t plausible = std::uint64_t{1} << 32;   // messages lost or overtaken
constexpr std::size_t reorder_window = std::size_t{1} << 16;  // messages

static_assert(std::endian::native == std::endian::little,
              "payload words are stored as they lie in memory");

std::uint64_t load(const std::byte* from) {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

void store(std::byte* to, std::uint64_t word) {
    std::memcpy(to, &word, sizeof word);
}

std::uint64_t scramble(std::uint64_t x) {  // the finaliser of SplitMix64 (Steele, Lea, Flood 2014)
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/// Word i of the body is word + i * word_step, i = 1, 2, ...; a last partial word is cut.
void write_words(const touch_code& code, writable bytes, std::uint64_t word) {
    const std::size_t words = bytes.size() / word_bytes;
    std::byte* to = bytes.data();
    code.fill(to, words, word);
    const std::uint64_t tail = word + words * word_step;
    if (const std::size_t rest = bytes.size() % word_bytes; rest != 0)
        std::memcpy(to + words * word_bytes, &tail, rest);
}

/// Reads every byte; true when the sum over the words and the tail are what write_words wrote.
bool words_match(const touch_code& code, readable bytes, std::uint64_t word) {
    const std::size_t words = bytes.size() / word_bytes;
    const std::byte* from = bytes.data();
    const std::uint64_t sum = code.sum(from, words);
    // n(n-1)/2 of full words; even factor halved first, so that nothing is lost modulo 2^64.
    const std::uint64_t n = words;
    const std::uint64_t triangle = n % 2 == 0 ? (n / 2) * (n - 1) : n * ((n - 1) / 2);
    if (sum != (n - 1) * word + triangle * word_step) return false;
    const std::uint64_t tail = word + words * word_step;
    return std::memcmp(from + words * word_bytes, &tail, bytes.size() % word_bytes) == 0;
}

void write_lines(writable bytes, std::uint64_t word) {
    for (std::size_t at = line_bytes; at + word_bytes <= bytes.size(); at += line_bytes)
        store(bytes.data() + at, word + at);
}

bool lines_match(readable bytes, std::uint64_t word) {
    std::uint64_t difference = 0;
    for (std::size_t at = line_bytes; at + word_bytes <= bytes.size(); at += line_bytes)
        difference |= load(bytes.data() + at) ^ (word + at);
    return difference == 0;
}

/// The pseudo-random body after the word; from 16 bytes on its last four are the CRC of the rest.
void write_stream(writable bytes, std::uint64_t word) {
    store(bytes.data(), word);
    for (std::size_t at = word_bytes; at < bytes.size(); at += word_bytes) {
        const std::uint64_t random = scramble(word + at * word_step);
        std::memcpy(bytes.data() + at, &random, std::min(word_bytes, bytes.size() - at));
    }
    if (bytes.size() < smallest_with_crc) return;
    const std::size_t body = bytes.size() - sizeof(std::uint32_t);
    const std::uint32_t crc = crc32c(bytes.data(), body);
    std::memcpy(bytes.data() + body, &crc, sizeof crc);
}

bool stream_matches(readable bytes, std::uint64_t word) {
    if (bytes.size() >= smallest_with_crc) {
        const std::size_t body = bytes.size() - sizeof(std::uint32_t);
        const std::uint32_t crc = crc32c(bytes.data(), body);
        return std::memcmp(bytes.data() + body, &crc, sizeof crc) == 0;
    }
    std::byte expected[smallest_with_crc];
    write_stream({expected, bytes.size()}, word);
    return std::memcmp(expected, bytes.data(), bytes.size()) == 0;
}

bool needs_body(const payload_plan& plan) {
    return plan.how != touch::desc && plan.bytes > word_bytes;
}

mapping private_buffer(const payload_plan& plan) {
    return plan.how == touch::copy ? mapping::anonymous(plan.bytes) : mapping();
}

}  // namespace

payload_writer::payload_writer(const payload_plan& plan, const touch_code& code)
    : plan_(plan),
      code_(&code),
      tag_(plan.tag),
      has_body_(needs_body(plan)),
      source_(private_buffer(plan)) {
    if (source_.size() > 0) write_words(*code_, {source_.data(), source_.size()}, plan.tag);
}

void payload_writer::write_body(writable bytes, std::uint64_t word) noexcept {
    if (plan_.how == touch::rw)
        write_words(*code_, bytes, word);
    else if (plan_.how == touch::line)
        write_lines(bytes, word);
    else if (plan_.how == touch::copy)
        std::memcpy(bytes.data(), source_.data(), bytes.size());
    else
        write_stream(bytes, word);
}

void payload_writer::write_small(writable bytes, std::uint64_t word) noexcept {
    if (!bytes.empty()) std::memcpy(bytes.data(), &word, bytes.size());
}

payload_checker::payload_checker(const payload_plan& plan, sequence_rule rule,
                                 const touch_code& code)
    : plan_(plan),
      code_(&code),
      has_body_(needs_body(plan)),
      rule_(rule),
      reorders_(rule == sequence_rule::may_reorder),
      arrived_(reorders_ ? reorder_window : 0),
      sink_(private_buffer(plan)) {}

void payload_checker::check_small(readable bytes, std::uint64_t expected_word) {
    if (bytes.empty()) return;  // a notification
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    const auto bits = static_cast<unsigned>(bytes.size()) * 8;
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    const std::uint64_t delta = (word - expected_word) & mask;
    if (delta != 0 || reorders_) [[unlikely]]
        unexpected(delta, bits);
}

void payload_checker::check_body(readable bytes, std::uint64_t word) {
    bool good = true;
    if (plan_.how == touch::rw)
        good = words_match(*code_, bytes, word);
    else if (plan_.how == touch::line)
        good = lines_match(bytes, word);
    else if (plan_.how == touch::copy)
        std::memcpy(sink_.data(), bytes.data(), bytes.size());
    else
        good = stream_matches(bytes, word);
    if (!good) [[unlikely]]
        throw_body();
}

/// `expected_` counts here, so a message lies as far before or behind it as others overtook it.
void payload_checker::enter_reordered(std::uint64_t delta, unsigned bits) {
    const std::uint64_t range = bits == 64 ? 0 : std::uint64_t{1} << bits;
    ahead_ = delta < range - delta ? delta : delta - range;
    const std::uint64_t sequence = expected_ + ahead_;
    if (delta >= reorder_window && range - delta >= reorder_window)
        throw integrity_error("message " + std::to_string(expected_) +
                              " is not ours: its tag or sequence number is corrupt");
    std::uint64_t& seen = arrived_[sequence % reorder_window];
    if (seen == sequence + 1)
        throw integrity_error("message " + std::to_string(sequence) + " arrived twice");
    seen = sequence + 1;
    if (delta != 0) ++out_of_order_;
}

/// Whether it is the end mark that makes a word unexpected; takes it out of the difference.
bool payload_checker::take_end_mark(std::uint64_t& delta) {
    if (!plan_.marks_end) return false;
    const std::uint64_t unmarked = delta - end_mark;
    if (unmarked >= plausible && 0 - unmarked >= plausible) return false;
    delta = unmarked;
    end_sequence_ = expected_ + unmarked;
    return true;
}

void payload_checker::unexpected(std::uint64_t delta, unsigned bits) {
    const bool marked = take_end_mark(delta);
    if (reorders_) return enter_reordered(delta, bits);
    if (marked && delta == 0) return;
    const std::uint64_t range = bits == 64 ? 0 : std::uint64_t{1} << bits;
    const std::uint64_t behind = range - delta;
    const bool ahead = delta < behind;
    const std::uint64_t distance = ahead ? delta : behind;
    const auto where = [this] { return "message " + std::to_string(expected_); };
    if (distance > plausible)
        throw integrity_error(where() + " is not ours: its tag or sequence number is corrupt");
    if (rule_ == sequence_rule::strict && ahead)
        throw integrity_error(where() + " is missing: the message " + std::to_string(distance) +
                              " after it arrived instead (lost or reordered)");
    if (rule_ == sequence_rule::strict)
        throw integrity_error(where() + " was awaited but the message " + std::to_string(distance) +
                              " before it arrived again (duplicated or reordered)");
    if (ahead) {
        lost_ += distance;
        expected_ += distance;
    } else {
        ++out_of_order_;
        --received_;
        expected_ -= 1;
    }
}

void payload_checker::advance_to(std::uint64_t sequence) {
    if (sequence - expected_ > plausible)
        throw integrity_error("a value was read that is older than value " + std::to_string(last_) +
                              ", which was read before it, or not ours");
    last_ = sequence;
    expected_ = sequence + 1;
    ++received_;
}

void payload_checker::close_gap(std::uint64_t sequence) noexcept {
    if (sequence < expected_) return;
    lost_ += sequence + 1 - expected_;
    expected_ = sequence + 1;
}

void payload_checker::throw_size(std::size_t got) const {
    throw integrity_error("a message of " + std::to_string(got) + " bytes arrived, " +
                          std::to_string(plan_.bytes) + " were sent");
}

void payload_checker::throw_body() const {
    throw integrity_error("the bytes of message " + std::to_string(expected_) +
                          " were changed on the way");
}

}  // namespace ipcmark
