#include "harness/endpoints/storages.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/object_names.hpp"
#include "harness/base/posix/error.hpp"
#include "harness/base/posix/sysv.hpp"
#include "harness/base/posix/text_file.hpp"
#include "harness/contract/memory_layout.hpp"

namespace ipcmark {

namespace {

constexpr std::size_t kibi = 1024;

std::size_t meminfo_bytes(std::string_view key) {
    const std::string text = read_text("/proc/meminfo").value_or("");
    const auto at = text.find(key);
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + key.size())) * kibi;
}

std::size_t huge_page_bytes() {
    return meminfo_bytes("Hugepagesize:");
}

std::size_t rounded_up(std::size_t bytes, std::size_t unit) {
    return unit == 0 ? bytes : (bytes + unit - 1) / unit * unit;
}

/// Maps what `open` opens on either side: the producer first, with O_CREAT | O_EXCL.
template <class Open, class Unlink>
mapping named_storage(setup& cell, std::size_t bytes, const std::string& where, Open open,
                      Unlink unlink) {
    unique_fd fd;
    if (cell.producer()) {
        fd.reset(checked(open(O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC), "open shared memory"));
        reserve_space(fd.get(), mapping::padded_bytes(bytes, cell.region_offset_bytes), where);
        cell.peer.meet();
        cell.peer.meet();
        unlink();
    } else {
        cell.peer.meet();
        fd.reset(checked(open(O_RDWR | O_CLOEXEC), "open shared memory"));
        cell.peer.meet();
    }
    return mapping::shared(fd.get(), bytes, cell.region_offset_bytes);
}

/// How far into memory of `room` bytes that holds huge pages the `bytes` begin: the layout's offset
/// as far as there is room, since one more huge page may not exist.
std::size_t offset_in_huge_page(const setup& cell, std::size_t bytes, std::size_t room) {
    constexpr std::size_t step = memory_layout::region_step_bytes;
    return cell.region_offset_bytes % (room - bytes + step) / step * step;
}

/// The kibibytes that smaps counts under `key` for the mapping that holds `address`.
std::size_t smaps_kib(const void* address, std::string_view key) {
    constexpr std::size_t limit_bytes = std::size_t{8} << 20;
    const std::string text = read_text("/proc/self/smaps", limit_bytes).value_or("");
    const auto start = text.find(fmt::format("{:x}-", reinterpret_cast<std::uintptr_t>(address)));
    const auto at = start == std::string::npos ? start : text.find(key, start);
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + key.size()));
}

}  // namespace

mapping memfd_storage(setup& cell, std::size_t bytes) {
    const std::size_t offset = cell.region_offset_bytes;
    const unique_fd fd = cell.producer()
                             ? make_memfd(cell.name, mapping::padded_bytes(bytes, offset))
                             : cell.peer.take();
    if (cell.producer()) cell.peer.give(fd.get());
    return mapping::shared(fd.get(), bytes, offset);
}

mapping posix_shm_storage(setup& cell, std::size_t bytes) {
    const std::string name = "/" + directed_name(cell.name, direction::forward);
    return named_storage(
        cell, bytes, "/dev/shm", [&](int flags) { return ::shm_open(name.c_str(), flags, 0600); },
        [&] { ::shm_unlink(name.c_str()); });
}

mapping file_storage(setup& cell, std::size_t bytes) {
    const auto path = cell.directory / "ring";
    return named_storage(
        cell, bytes, cell.directory.string(),
        [&](int flags) { return ::open(path.c_str(), flags, 0600); },
        [&] { ::unlink(path.c_str()); });
}

mapping sysv_shm_storage(setup& cell, std::size_t bytes) {
    const key_t key = sysv_key(cell.name, direction::forward);
    const std::size_t padded = mapping::padded_bytes(bytes, cell.region_offset_bytes);
    sysv_segment segment;
    if (cell.producer()) segment = sysv_segment::create(key, padded);
    cell.peer.meet();
    if (!cell.producer()) segment = sysv_segment::open(key, padded);
    cell.peer.meet();
    return mapping::adopt(segment.release(), padded).from(padded - bytes);
}

mapping hugetlb_storage(setup& cell, std::size_t bytes) {
    const std::size_t page_bytes = huge_page_bytes();
    const std::size_t rounded = rounded_up(bytes, page_bytes);
    unique_fd fd;
    if (cell.producer()) {
        fd.reset(checked(::memfd_create(cell.name.c_str(), MFD_CLOEXEC | MFD_HUGETLB),
                         "memfd_create MFD_HUGETLB"));
        if (const auto why = hugetlb_limit(rounded)) throw limit_exceeded(*why);
        reserve_space(fd.get(), rounded, "reserved huge pages");
        cell.peer.give(fd.get());
    } else {
        fd = cell.peer.take();
    }
    cell.notes["page_bytes"] = static_cast<std::int64_t>(page_bytes);
    return mapping::shared(fd.get(), rounded).from(offset_in_huge_page(cell, bytes, rounded));
}

mapping thp_storage(setup& cell, std::size_t bytes) {
    const std::size_t rounded = rounded_up(bytes, huge_page_bytes());
    unique_fd fd;
    if (cell.producer()) {
        // Not reserved beforehand: pages come into being when they are first touched, below.
        fd.reset(checked(::memfd_create(cell.name.c_str(), MFD_CLOEXEC), "memfd_create"));
        checked(::ftruncate(fd.get(), static_cast<off_t>(rounded)), "ftruncate");
        cell.peer.give(fd.get());
    } else {
        fd = cell.peer.take();
    }
    mapping memory = mapping::shared_huge(fd.get(), rounded);
    cell.notes["huge_bytes"] =
        static_cast<std::int64_t>(smaps_kib(memory.data(), "ShmemPmdMapped:") * kibi);
    return std::move(memory).from(offset_in_huge_page(cell, bytes, rounded));
}

std::optional<std::string> hugetlb_unavailable() {
    if (huge_page_bytes() == 0) return "this kernel has no huge pages (CONFIG_HUGETLBFS)";
    if (meminfo_bytes("HugePages_Total:") > 0) return std::nullopt;
    return "no huge pages are reserved (vm.nr_hugepages = 0); reserve some: sysctl -w "
           "vm.nr_hugepages=64";
}

std::optional<std::string> hugetlb_limit(std::size_t bytes) {
    const std::size_t page_bytes = huge_page_bytes();
    const auto pages = [](std::string_view key) { return meminfo_bytes(key) / kibi; };
    const std::size_t needed = page_bytes == 0 ? 0 : rounded_up(bytes, page_bytes) / page_bytes;
    const std::size_t free_pages = pages("HugePages_Free:") - pages("HugePages_Rsvd:");
    if (needed <= free_pages) return std::nullopt;
    return fmt::format(
        "{} huge pages are needed, {} are free; reserve more: sysctl -w vm.nr_hugepages={}", needed,
        free_pages, pages("HugePages_Total:") + needed - free_pages);
}

std::optional<std::string> thp_unavailable() {
    constexpr const char* file = "/sys/kernel/mm/transparent_hugepage/shmem_enabled";
    const auto text = read_text(file);
    if (!text) return "this kernel has no transparent huge pages";
    if (text->find("[never]") == std::string::npos && text->find("[deny]") == std::string::npos)
        return std::nullopt;
    return fmt::format(
        "shared memory never gets transparent huge pages here; allow it on request: "
        "echo advise > {}",
        file);
}

}  // namespace ipcmark
