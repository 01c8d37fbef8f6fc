#include "reports/decode.hpp"

#include <gtest/gtest.h>
#include <stdexcept>
#include <zlib.h>

namespace ipcmark {
namespace {

constexpr std::size_t limit = 1 << 20;

std::string zipped(const std::string& text) {
    z_stream stream{};
    constexpr int gzip_only = 16 + MAX_WBITS;
    EXPECT_EQ(::deflateInit2(&stream, 6, Z_DEFLATED, gzip_only, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string from = text;
    std::string to(::deflateBound(&stream, from.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(from.data());
    stream.avail_in = static_cast<uInt>(from.size());
    stream.next_out = reinterpret_cast<Bytef*>(to.data());
    stream.avail_out = static_cast<uInt>(to.size());
    EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
    to.resize(stream.total_out);
    ::deflateEnd(&stream);
    return to;
}

std::string utf16(const std::u16string& text, bool big_endian) {
    std::string bytes;
    for (const char16_t unit : u'\xfeff' + text) {
        const char parts[] = {static_cast<char>(unit & 0xff), static_cast<char>(unit >> 8)};
        bytes += parts[big_endian ? 1 : 0];
        bytes += parts[big_endian ? 0 : 1];
    }
    return bytes;
}

std::string refusal(const std::string& bytes) {
    try {
        decoded(bytes, "r.json", limit);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

TEST(decode, text_stays_as_it_is) {
    for (const char* text : {"", "{", "{\"a\": 1}", "\xef\xbb\xbf{}", "\xff", "\x1f"})
        EXPECT_EQ(decoded(text, "r.json", limit), text);
}

TEST(decode, gzip_is_unpacked) {
    const std::string text(300'000, 'x');
    EXPECT_EQ(decoded(zipped(text), "r.json", limit), text);
    EXPECT_EQ(decoded(zipped("{") + zipped("}"), "r.json", limit), "{}") << "joined files";
    EXPECT_EQ(decoded(zipped(utf16(u"{}", false)), "r.json", limit), "{}");
}

TEST(decode, utf16_becomes_utf8) {
    for (const bool big_endian : {false, true}) {
        EXPECT_EQ(
            decoded(utf16(u"{\"\u00fc\": \"\u20ac\U0001f600\"}", big_endian), "r.json", limit),
            "{\"\xc3\xbc\": \"\xe2\x82\xac\xf0\x9f\x98\x80\"}");
        const std::u16string half{u'a', char16_t{0xd83d}, u'b'};
        EXPECT_EQ(decoded(utf16(half, big_endian), "r.json", limit),
                  "a\xef\xbf\xbd"
                  "b");
    }
}

TEST(decode, what_is_not_read_is_told_with_the_remedy) {
    using namespace std::string_literals;
    const std::string packed = zipped(std::string(10'000, 'x') + "y");
    for (const auto& [bytes, sentence] :
         {std::pair{packed.substr(0, packed.size() / 2), "r.json: damaged or cut gzip"},
          std::pair{"\x1f\x8b"s, "r.json: damaged or cut gzip"},
          std::pair{zipped(std::string(limit + 1, ' ')), "bytes once unpacked"},
          std::pair{"\x28\xb5\x2f\xfd..."s, "this is zstd, which is not read; unpack it first"},
          std::pair{"PK\x03\x04..."s, "a zip archive"}, std::pair{"BZh9"s, "bzip2"},
          std::pair{"\xfd"
                    "7zXZ\0"s,
                    "this is xz"},
          std::pair{"\xff\xfe\0\0{\0\0\0"s, "this is UTF-32"},
          std::pair{"{\0\"\0"s, "UTF-16 without a byte order mark"}})
        EXPECT_NE(refusal(bytes).find(sentence), std::string::npos)
            << sentence << ": " << refusal(bytes);
}

}  // namespace
}  // namespace ipcmark
