#include <algorithm>
#include <sys/inotify.h>

#include "harness/endpoints/file_queue.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {

/// Messages in one file before the next one begins: some megabytes, so that what has been read can
/// be removed and the log does not grow without bound.
std::uint64_t messages_per_file(const setup& cell) {
    constexpr std::size_t file_bytes = std::size_t{4} << 20;
    return std::max<std::uint64_t>(file_bytes / cell.payload_bytes, 1);
}

class log_writer {
public:
    log_writer(numbered_files files, const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          per_file_(messages_per_file(cell)),
          outgoing_(mapping::anonymous(cell.payload_bytes)),
          files_(std::move(files)),
          file_(files_.make(0)) {}

    template <class Fill>
    void send(Fill fill) {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        if (messages_ == per_file_) [[unlikely]] {
            file_ = files_.make(++number_);
            messages_ = 0;
        }
        write_file(file_.get(), bytes);
        ++messages_;
    }

private:
    std::size_t payload_bytes_;
    std::uint64_t per_file_;
    mapping outgoing_;
    numbered_files files_;
    unique_fd file_;
    std::uint64_t number_ = 0;
    std::uint64_t messages_ = 0;
};

/// Reads behind the writer; the end of the file is where it waits.
class log_reader {
public:
    log_reader(numbered_files files, const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          file_bytes_(messages_per_file(cell) * cell.payload_bytes),
          incoming_(mapping::anonymous(cell.payload_bytes)),
          files_(std::move(files)),
          events_(files_.folder(), IN_MODIFY | IN_CREATE) {}

    template <class Consume>
    bool recv(Consume consume) {
        if (offset_ == file_bytes_) [[unlikely]]
            turn_over();
        for (; !file_; file_ = files_.find(number_))
            events_.await();
        writable rest{incoming_.data(), payload_bytes_};
        for (;;) {
            const std::size_t got = read_file(file_.get(), rest, offset_, rest.size());
            offset_ += got;
            rest = rest.subspan(got);
            if (rest.empty()) break;
            events_.await();
        }
        consume(readable(incoming_.data(), payload_bytes_));
        return true;
    }

private:
    void turn_over() {
        files_.remove(number_++);
        offset_ = 0;
        file_ = files_.find(number_);
    }

    std::size_t payload_bytes_;
    std::uint64_t file_bytes_;
    mapping incoming_;
    numbered_files files_;
    inotify_watch events_;
    unique_fd file_;
    std::uint64_t number_ = 0;
    std::uint64_t offset_ = 0;
};

constexpr transport_info append_in_memory = file_queue_info(
    "file_append_inotify_tmpfs", "a log on tmpfs that grows and is read behind; inotify tells");
constexpr transport_info append_on_disk =
    file_queue_info("file_append_inotify_disk",
                    "a log on a disk, not synced, that grows and is read behind; inotify tells");

}  // namespace

/// Messages appended to a file that the reader follows, a new file every few megabytes. Blocking in
/// inotify(7); two copies, into the page cache and out of it.
template <file_place Place, const transport_info& Info>
struct file_append : file_queue_pair<log_writer, log_reader, Place> {
    static constexpr const transport_info& info = Info;
    using file_queue_pair<log_writer, log_reader, Place>::file_queue_pair;
};

void register_file_append_inotify_tmpfs(registry& all) {
    all.add<file_append<file_place::tmpfs, append_in_memory>>();
    all.add<file_append<file_place::disk, append_on_disk>>();
}

}  // namespace ipcmark::transports
