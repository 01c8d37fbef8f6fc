# Most of a short file's compile time goes into reading headers. Here a target's files are compiled a
# few at a time, and targets whose flags are the same share the standard headers in compiled form: a
# whole build takes a third of the time. No file may rest on it: ci/tidy.sh reads each alone.
option(IPCMARK_SHORT_BUILD "Unity builds and precompiled headers; off to compile each file alone" ON)
option(IPCMARK_TIMED_BUILD "What is built is to measure with; off where only right and wrong count" ON)

set(IPCMARK_PRECOMPILED
    <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cmath> <concepts> <cstdint> <cstring>
    <exception> <filesystem> <functional> <limits> <map> <memory> <mutex> <numeric> <optional> <random>
    <set> <span> <sstream> <stdexcept> <string> <string_view> <system_error> <thread> <tuple>
    <type_traits> <utility> <vector>)

# ipcmark_short_build(target group [SEPARATE] [headers...])
#
# The first target of a group compiles the standard headers and `headers`, the others use them; all
# targets of a group have the same compiler options. TIMED: its files stay files of their own, since
# together less of them would be inlined.
function(ipcmark_short_build target group)
    cmake_parse_arguments(_arg "TIMED" "" "" ${ARGN})
    if(NOT IPCMARK_SHORT_BUILD)
        return()
    endif()
    if(NOT (_arg_TIMED AND IPCMARK_TIMED_BUILD))
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    endif()
    # A macro that fmt's headers ask for has to be the same everywhere.
    target_compile_definitions(${target} PRIVATE
        $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
    # g++ 12 forgets in a precompiled header that these inlined functions are the library's own.
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        target_compile_options(${target} PRIVATE
            -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
        # Nor are the anonymous namespaces of files that are compiled together those of headers.
        target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
    get_property(_owner GLOBAL PROPERTY IPCMARK_PRECOMPILED_OF_${group})
    if(_owner)
        target_precompile_headers(${target} REUSE_FROM ${_owner})
    else()
        target_precompile_headers(${target} PRIVATE ${IPCMARK_PRECOMPILED} ${_arg_UNPARSED_ARGUMENTS})
        set_property(GLOBAL PROPERTY IPCMARK_PRECOMPILED_OF_${group} ${target})
    endif()
endfunction()
