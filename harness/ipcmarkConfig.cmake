include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Boost 1.74)
find_dependency(fmt)
include(${CMAKE_CURRENT_LIST_DIR}/ipcmarkTargets.cmake)

# The timed loop is compiled in the plug-in: what with stands beside its mechanisms in each result.
string(TOUPPER "${CMAKE_BUILD_TYPE}" _ipcmark_build_type)
set(_ipcmark_flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${_ipcmark_build_type}}")
string(REGEX REPLACE "[\"\\;]" "" _ipcmark_flags "${_ipcmark_flags}")
string(STRIP "${_ipcmark_flags}" _ipcmark_flags)
target_compile_definitions(ipcmark::harness INTERFACE
    "IPCMARK_COMPILE_FLAGS=\"${_ipcmark_flags}\"")
if(NOT CMAKE_CONFIGURATION_TYPES AND NOT _ipcmark_flags MATCHES "-O[1-9sf]")
    message(WARNING "ipcmark: this build does not optimise, and the timed loop is compiled in the "
                    "plug-in: configure with -DCMAKE_BUILD_TYPE=Release, or its figures do not "
                    "compare with the built-in mechanisms'")
endif()
