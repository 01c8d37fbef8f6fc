#include <sys/inotify.h>

#include "harness/endpoints/file_queue.hpp"
#include "harness/worker/registry.hpp"

namespace ipcmark::transports {

namespace {

/// A message is a file: written under another name, then renamed, so that a reader never sees half
/// of one.
class spool_writer {
public:
    spool_writer(numbered_files files, const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          outgoing_(mapping::anonymous(cell.payload_bytes)),
          files_(std::move(files)),
          // Now, so that a place that cannot be written to shows before the first message.
          file_(files_.make(numbered_files::unnamed)) {}

    template <class Fill>
    void send(Fill fill) {
        const writable bytes{outgoing_.data(), payload_bytes_};
        fill(bytes);
        if (!file_) file_ = files_.make(numbered_files::unnamed);
        write_file(file_.get(), bytes);
        file_.reset();
        files_.rename(numbered_files::unnamed, next_++);
    }

private:
    std::size_t payload_bytes_;
    mapping outgoing_;
    numbered_files files_;
    unique_fd file_;
    std::uint64_t next_ = 0;
};

/// Takes the files in the order of their numbers.
class spool_reader {
public:
    spool_reader(numbered_files files, const setup& cell)
        : payload_bytes_(cell.payload_bytes),
          incoming_(mapping::anonymous(cell.payload_bytes + 1)),
          files_(std::move(files)),
          events_(files_.folder(), IN_MOVED_TO) {}

    template <class Consume>
    bool recv(Consume consume) {
        unique_fd file = files_.find(next_);
        for (; !file; file = files_.find(next_))
            events_.await();
        // One byte more than a message, so that a longer one shows.
        const writable room{incoming_.data(), payload_bytes_ + 1};
        const std::size_t got = read_file(file.get(), room, 0, payload_bytes_);
        file.reset();
        files_.remove(next_++);
        consume(readable(room.first(got)));
        return true;
    }

private:
    std::size_t payload_bytes_;
    mapping incoming_;
    numbered_files files_;
    inotify_watch events_;
    std::uint64_t next_ = 0;
};

constexpr transport_info describe(std::string_view name, std::string_view summary) {
    transport_info info = file_queue_info(name, summary);
    info.facts.message_boundaries = true;
    return info;
}

constexpr transport_info spool_in_memory =
    describe("file_spool_tmpfs",
             "a file a message in a spool folder on tmpfs; the reader is told by inotify");
constexpr transport_info spool_on_disk = describe(
    "file_spool_disk", "a file a message in a spool folder on a disk, not synced; inotify tells");

}  // namespace

/// The poor man's queue: a spool folder per direction. Blocking in inotify(7); two copies, into the
/// page cache and out of it.
template <file_place Place, const transport_info& Info>
struct file_spool : file_queue_pair<spool_writer, spool_reader, Place> {
    static constexpr const transport_info& info = Info;
    using file_queue_pair<spool_writer, spool_reader, Place>::file_queue_pair;
};

void register_file_spool_tmpfs(registry& all) {
    all.add<file_spool<file_place::tmpfs, spool_in_memory>>();
    all.add<file_spool<file_place::disk, spool_on_disk>>();
}

}  // namespace ipcmark::transports
