# What no timed loop is in is built for a short build: optimising it fully takes a quarter longer, and
# where nothing is measured, as under the sanitizers, optimising it at all doubles the time.
function(ipcmark_cold target)
    if(IPCMARK_TIMED_BUILD)
        target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
    else()
        target_compile_options(${target} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
    endif()
endfunction()

# Every program of unit tests; what ci/sanitize.sh builds.
if(IPCMARK_DEVELOPER)
    add_custom_target(unit_tests)
endif()

# ipcmark_unit_tests(target [arguments of gtest_discover_tests...])
function(ipcmark_unit_tests target)
    add_dependencies(unit_tests ${target})
    gtest_discover_tests(${target} TEST_PREFIX unit. DISCOVERY_TIMEOUT 60 ${ARGN})
endfunction()

# ipcmark_part(name [COLD] SOURCES files... [USES parts...] [PUBLIC targets...] [PRIVATE targets...])
#
# A folder of harness/ as a static library ipcmark_<name> that links only the parts that it may use.
# What no linker sees, an include that runs against an arrow, ci/arrows.py sees.
function(ipcmark_part name)
    cmake_parse_arguments(_arg "COLD" "" "SOURCES;USES;PUBLIC;PRIVATE" ${ARGN})
    add_library(ipcmark_${name} STATIC ${_arg_SOURCES})
    add_library(ipcmark::${name} ALIAS ipcmark_${name})
    list(TRANSFORM _arg_USES PREPEND ipcmark::)
    set_target_properties(ipcmark_${name} PROPERTIES
        EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
    target_compile_features(ipcmark_${name} PUBLIC cxx_std_20)
    target_include_directories(ipcmark_${name} PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/ipcmark>)
    target_link_libraries(ipcmark_${name} PUBLIC ${_arg_USES} ${_arg_PUBLIC} PRIVATE ${_arg_PRIVATE})
    if(_arg_COLD)
        ipcmark_cold(ipcmark_${name})
        ipcmark_short_build(ipcmark_${name} cold_parts)
    else()
        ipcmark_short_build(ipcmark_${name} parts)
    endif()
endfunction()

# ipcmark_part_test(name SOURCES files... [USES targets...] [MAIN] [SERIAL pattern])
#
# The unit tests of a part as one executable <name>_test, each test a ctest `unit.<suite>.<test>`.
# MAIN: the sources have a main of their own. SERIAL: the tests of this pattern (of GoogleTest's
# filter) run while nothing else does.
function(ipcmark_part_test name)
    cmake_parse_arguments(_arg "MAIN" "SERIAL" "SOURCES;USES" ${ARGN})
    add_executable(${name}_test ${_arg_SOURCES})
    target_link_libraries(${name}_test PRIVATE ${_arg_USES} $<IF:$<BOOL:${_arg_MAIN}>,GTest::gtest,GTest::gtest_main>)
    ipcmark_cold(${name}_test)
    ipcmark_short_build(${name}_test tests <gtest/gtest.h>)
    set(_others "")
    if(_arg_SERIAL)
        ipcmark_unit_tests(${name}_test TEST_FILTER ${_arg_SERIAL} PROPERTIES RUN_SERIAL TRUE)
        set(_others TEST_FILTER -${_arg_SERIAL})
    endif()
    ipcmark_unit_tests(${name}_test ${_others})
endfunction()
