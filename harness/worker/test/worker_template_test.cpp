#include <array>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "harness/stats/histogram.hpp"
#include "harness/worker/payload.hpp"

/// The messages of the workers in other languages are those that ours writes: a pair of one
/// language would agree on wrong ones.
namespace ipcmark {
namespace {

struct stream_case {
    const char* name;
    touch how;
};
constexpr std::array streams{stream_case{"desc", touch::desc}, stream_case{"line", touch::line},
                             stream_case{"rw", touch::rw}, stream_case{"copy", touch::copy},
                             stream_case{"verify", touch::verify}};
constexpr std::size_t sizes[] = {8, 13, 16, 17, 64, 72, 200, 4097};
constexpr std::uint64_t first_tag = 0xfedc'ba98'7654'3210u;
constexpr std::uint64_t messages_each = 3;

std::string hex_of_ours(touch how, std::size_t bytes) {
    payload_writer writer({how, bytes, first_tag});
    std::string text;
    for (std::uint64_t number = 0; number < messages_each; ++number) {
        std::vector<std::byte> message(bytes);
        writer.write(message);
        for (const std::byte each : message)
            for (const unsigned half : {4u, 0u})
                text += "0123456789abcdef"[std::to_integer<unsigned>(each) >> half & 15u];
        text += '\n';
    }
    return text;
}

std::string output_of_python(const std::string& program) {
    const std::string line = "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH='" IPCMARK_SOURCE
                             "/scripts/worker_template' python3 -c '" +
                             program + "'";
    const std::unique_ptr<FILE, int (*)(FILE*)> from(::popen(line.c_str(), "r"), &::pclose);
    std::string text;
    std::array<char, 4096> block{};
    while (from && std::fgets(block.data(), block.size(), from.get()) != nullptr)
        text += block.data();
    return text;
}

TEST(worker_template, writes_the_messages_that_our_workers_write) {
    std::string ours;
    std::string cases;
    for (const auto& [name, how] : streams)
        for (const std::size_t bytes : sizes) {
            cases += std::string("(\"") + name + "\", " + std::to_string(bytes) + "),";
            ours += hex_of_ours(how, bytes);
        }
    EXPECT_EQ(output_of_python("import ipcmark_worker as w\nfor touch, size in (" + cases +
                               "):\n  p = w.Payload(touch, size, " + std::to_string(first_tag) +
                               ")\n  for _ in range(" + std::to_string(messages_each) +
                               "): print(p.write().hex())"),
              ours);
}

TEST(worker_template, puts_latencies_into_our_buckets) {
    std::string ours;
    std::string values;
    for (std::uint64_t value = 0; value < histogram::highest_ns; value += value / 3 + 1) {
        ours += std::to_string(histogram::index_of(value)) + '\n';
        values += std::to_string(value) + ',';
    }
    EXPECT_EQ(output_of_python("import ipcmark_worker as w\nfor v in (" + values +
                               "): print(w.bucket_of(v))"),
              ours);
}

}  // namespace
}  // namespace ipcmark
