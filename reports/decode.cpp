#include "reports/decode.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <zlib.h>

namespace ipcmark {

namespace {

using namespace std::string_view_literals;

struct packing {
    std::string_view begins;
    const char* what;
    const char* unpack;
};

constexpr std::array packings{
    packing{"\x28\xb5\x2f\xfd"sv, "zstd", "zstd -d"},
    packing{"\xfd"
            "7zXZ\0"sv,
            "xz", "xz -d"},
    packing{"BZh"sv, "bzip2", "bunzip2"},
    packing{"PK\x03\x04"sv, "a zip archive", "unzip"},
    packing{"\x04\x22\x4d\x18"sv, "lz4", "lz4 -d"},
};

/// zlib's state with its end.
class gzip_stream {
public:
    explicit gzip_stream(std::string& packed) {
        constexpr int gzip_only = 16 + MAX_WBITS;
        stream_.next_in = reinterpret_cast<Bytef*>(packed.data());
        stream_.avail_in = static_cast<uInt>(packed.size());
        if (::inflateInit2(&stream_, gzip_only) != Z_OK)
            throw std::runtime_error("no memory to unpack gzip");
    }
    ~gzip_stream() { ::inflateEnd(&stream_); }
    gzip_stream(const gzip_stream&) = delete;
    gzip_stream& operator=(const gzip_stream&) = delete;

    /// Fills what it is given and tells how much; nullopt: broken. `over`: nothing follows.
    std::optional<std::size_t> read(char* to, std::size_t bytes, bool& over) {
        stream_.next_out = reinterpret_cast<Bytef*>(to);
        stream_.avail_out = static_cast<uInt>(bytes);
        const int state = ::inflate(&stream_, Z_NO_FLUSH);
        if (state == Z_STREAM_END) {
            over = stream_.avail_in == 0;
            if (!over && ::inflateReset(&stream_) != Z_OK) return std::nullopt;  // joined files
        } else if (state != Z_OK) {
            return std::nullopt;
        }
        return bytes - stream_.avail_out;
    }

private:
    z_stream stream_{};
};

std::string unpacked(std::string packed, const std::string& file_name, std::size_t limit_bytes) {
    gzip_stream stream(packed);
    std::string text;
    std::array<char, 65536> part{};
    for (bool over = false; !over;) {
        const auto got = stream.read(part.data(), part.size(), over);
        if (!got)
            throw std::runtime_error(
                file_name + ": damaged or cut gzip; gzip -t tells, and a whole copy helps");
        if (text.size() + *got > limit_bytes)
            throw std::runtime_error(file_name + ": more than " + std::to_string(limit_bytes) +
                                     " bytes once unpacked");
        text.append(part.data(), *got);
    }
    return text;
}

void append_utf8(std::string& to, char32_t c) {
    const auto more = [&to, c](int shift) { to += static_cast<char>(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x80) {
        to += static_cast<char>(c);
    } else if (c < 0x800) {
        to += static_cast<char>(0xc0 | c >> 6);
        more(0);
    } else if (c < 0x10000) {
        to += static_cast<char>(0xe0 | c >> 12);
        more(6);
        more(0);
    } else {
        to += static_cast<char>(0xf0 | c >> 18);
        more(12);
        more(6);
        more(0);
    }
}

/// Without its byte order mark. Half a character becomes the one for what is none.
std::string from_utf16(std::string_view bytes, bool big_endian) {
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<std::uint8_t>(bytes[at]);
        const auto second = static_cast<std::uint8_t>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? first << 8 | second : second << 8 | first);
    };
    constexpr char32_t no_character = 0xfffd;
    std::string text;
    text.reserve(bytes.size() / 2);
    for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
        const char32_t high = unit(at);
        if (high < 0xd800 || high > 0xdfff) {
            append_utf8(text, high);
            continue;
        }
        const char32_t low = at + 3 < bytes.size() ? unit(at + 2) : 0;
        const bool pair = high < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
        append_utf8(text, pair ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : no_character);
        if (pair) at += 2;
    }
    return text;
}

}  // namespace

std::string decoded(std::string bytes, const std::string& file_name, std::size_t limit_bytes) {
    if (bytes.starts_with("\x1f\x8b")) bytes = unpacked(std::move(bytes), file_name, limit_bytes);
    for (const packing& each : packings)
        if (bytes.starts_with(each.begins))
            throw std::runtime_error(file_name + ": this is " + each.what +
                                     ", which is not read; unpack it first (" + each.unpack + ")");
    if (bytes.starts_with("\xff\xfe\0\0"sv) || bytes.starts_with("\0\0\xfe\xff"sv))
        throw std::runtime_error(file_name +
                                 ": this is UTF-32, which is not read; write it as UTF-8");
    if (bytes.starts_with("\xff\xfe")) return from_utf16(bytes, false);
    if (bytes.starts_with("\xfe\xff")) return from_utf16(bytes, true);
    if (bytes.starts_with("{\0"sv) || bytes.starts_with("\0{"sv))
        throw std::runtime_error(file_name +
                                 ": this is UTF-16 without a byte order mark, which is "
                                 "not read; write it as UTF-8");
    return bytes;
}

}  // namespace ipcmark
