#include "harness/conform/allocation_count.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define IPCMARK_SANITIZER_OWNS_MALLOC
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IPCMARK_SANITIZER_OWNS_MALLOC
#endif

#ifdef IPCMARK_SANITIZER_OWNS_MALLOC
// sanitizer/allocator_interface.h, which GCC does not install.
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*malloc_hook)(const volatile void* allocated, std::size_t bytes),
    void (*free_hook)(const volatile void* freed));
#else
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace ipcmark::conform::allocation_count {

namespace {

std::atomic<bool> counting{false};
std::atomic<std::uint64_t> allocations{0};

void count_one() noexcept {
    if (counting.load(std::memory_order_relaxed))
        allocations.fetch_add(1, std::memory_order_relaxed);
}

#ifdef IPCMARK_SANITIZER_OWNS_MALLOC

bool install() {
    return __sanitizer_install_malloc_and_free_hooks(
               [](const volatile void*, std::size_t) { count_one(); },
               [](const volatile void*) {}) != 0;
}

#else

// What malloc and its kin were before; as the dynamic linker resolves them, so that a preloaded
// allocator stays in charge.
decltype(&::malloc) plain_malloc;
decltype(&::calloc) plain_calloc;
decltype(&::realloc) plain_realloc;
decltype(&::memalign) plain_memalign;
decltype(&::aligned_alloc) plain_aligned_alloc;
decltype(&::posix_memalign) plain_posix_memalign;

void* counted_malloc(std::size_t bytes) {
    count_one();
    return plain_malloc(bytes);
}
void* counted_calloc(std::size_t count, std::size_t bytes) {
    count_one();
    return plain_calloc(count, bytes);
}
void* counted_realloc(void* old, std::size_t bytes) {
    count_one();
    return plain_realloc(old, bytes);
}
void* counted_memalign(std::size_t alignment, std::size_t bytes) {
    count_one();
    return plain_memalign(alignment, bytes);
}
void* counted_aligned_alloc(std::size_t alignment, std::size_t bytes) {
    count_one();
    return plain_aligned_alloc(alignment, bytes);
}
int counted_posix_memalign(void** result, std::size_t alignment, std::size_t bytes) {
    count_one();
    return plain_posix_memalign(result, alignment, bytes);
}

template <class Function>
void* address_of(Function* function) {
    return reinterpret_cast<void*>(function);
}

struct redirection {
    std::string_view name;
    void* counted;
};

const std::array redirections{redirection{"malloc", address_of(counted_malloc)},
                              redirection{"calloc", address_of(counted_calloc)},
                              redirection{"realloc", address_of(counted_realloc)},
                              redirection{"memalign", address_of(counted_memalign)},
                              redirection{"aligned_alloc", address_of(counted_aligned_alloc)},
                              redirection{"posix_memalign", address_of(counted_posix_memalign)}};

template <class Function>
bool resolve(Function*& plain, const char* name) {
    plain = reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
    return plain != nullptr;
}

bool is_import_slot([[maybe_unused]] std::uint64_t type) {
#if defined(__x86_64__)
    return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT;
#elif defined(__aarch64__)
    return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_GLOB_DAT;
#else
    return false;  // ready() then says so
#endif
}

void overwrite(void** slot, void* value) {
    const auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    // Read-only after start-up where an object is linked with full RELRO.
    std::byte* const page = reinterpret_cast<std::byte*>(slot) -
                            (reinterpret_cast<std::uintptr_t>(slot) & (page_bytes - 1));
    if (::mprotect(page, page_bytes, PROT_READ | PROT_WRITE) == 0) *slot = value;
}

/// The parts of one loaded object's dynamic section that lead to its imports.
struct import_tables {
    ElfW(Addr) base = 0;
    const ElfW(Sym) * symbols = nullptr;
    const char* names = nullptr;
    std::array<const ElfW(Rela)*, 2> relocations{};
    std::array<std::size_t, 2> bytes{};

    explicit import_tables(const dl_phdr_info& object) : base(object.dlpi_addr) {
        for (int i = 0; i < object.dlpi_phnum; ++i)
            if (object.dlpi_phdr[i].p_type == PT_DYNAMIC)
                read(at<ElfW(Dyn)>(object.dlpi_phdr[i].p_vaddr));
    }

    void redirect() const {
        if (symbols == nullptr || names == nullptr) return;
        for (std::size_t table = 0; table < relocations.size(); ++table)
            for (std::size_t i = 0; i < bytes[table] / sizeof(ElfW(Rela)); ++i)
                redirect(relocations[table][i]);
    }

private:
    template <class T>
    const T* at(ElfW(Addr) address) const {
        // Addresses in a dynamic section are relocated in memory on some systems and not on others.
        return std::bit_cast<const T*>(address < base ? base + address : address);
    }

    void read(const ElfW(Dyn) * entry) {
        for (; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag == DT_SYMTAB) symbols = at<ElfW(Sym)>(entry->d_un.d_ptr);
            if (entry->d_tag == DT_STRTAB) names = at<char>(entry->d_un.d_ptr);
            if (entry->d_tag == DT_RELA) relocations[0] = at<ElfW(Rela)>(entry->d_un.d_ptr);
            if (entry->d_tag == DT_RELASZ) bytes[0] = entry->d_un.d_val;
            if (entry->d_tag == DT_JMPREL) relocations[1] = at<ElfW(Rela)>(entry->d_un.d_ptr);
            if (entry->d_tag == DT_PLTRELSZ) bytes[1] = entry->d_un.d_val;
        }
    }

    void redirect(const ElfW(Rela) & relocation) const {
        if (!is_import_slot(ELF64_R_TYPE(relocation.r_info))) return;
        const std::string_view name = names + symbols[ELF64_R_SYM(relocation.r_info)].st_name;
        for (const auto& [wanted, counted] : redirections)
            if (name == wanted)
                overwrite(std::bit_cast<void**>(base + relocation.r_offset), counted);
    }
};

bool install() {
    if (!resolve(plain_malloc, "malloc") || !resolve(plain_calloc, "calloc") ||
        !resolve(plain_realloc, "realloc") || !resolve(plain_memalign, "memalign") ||
        !resolve(plain_aligned_alloc, "aligned_alloc") ||
        !resolve(plain_posix_memalign, "posix_memalign"))
        return false;
    ::dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void*) {
            import_tables(*object).redirect();
            return 0;
        },
        nullptr);
    return true;
}

#endif

/// Keeps the compiler from leaving an allocation out.
template <class T>
void use(T* pointer) {
    asm volatile("" : : "r"(pointer) : "memory");
}

bool counts_both_kinds() {
    start();
    const std::unique_ptr<int> by_new(new int);
    use(by_new.get());
    void* by_malloc = std::malloc(sizeof(int));
    use(by_malloc);
    std::free(by_malloc);
    return stop() == 2;
}

}  // namespace

bool ready() {
    static const bool installed = install();
    return installed && counts_both_kinds();
}

void start() noexcept {
    allocations.store(0, std::memory_order_relaxed);
    counting.store(true, std::memory_order_relaxed);
}

std::uint64_t stop() noexcept {
    counting.store(false, std::memory_order_relaxed);
    return allocations.load(std::memory_order_relaxed);
}

}  // namespace ipcmark::conform::allocation_count
