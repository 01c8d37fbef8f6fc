# ipcmark_transport(name [PACKAGE cmake-package] [LINK targets...] [HINT "package to install"])
#
# Adds name.cpp and a call of its register_name(registry&) to the generated list. Where PACKAGE is
# not found the mechanism is registered as missing with HINT, so that `list` and reports say so.

set(IPCMARK_TRANSPORT_SOURCES "")
set(IPCMARK_TRANSPORT_DECLARATIONS "")
set(IPCMARK_TRANSPORT_CALLS "")
set(IPCMARK_TRANSPORT_LINKS "")

macro(ipcmark_transport name)
    set_property(GLOBAL APPEND PROPERTY IPCMARK_TRANSPORT_NAMES ${name})
    cmake_parse_arguments(_arg "" "PACKAGE;HINT" "LINK" ${ARGN})
    set(_found TRUE)
    if(_arg_PACKAGE)
        find_package(${_arg_PACKAGE} QUIET)
        set(_found ${${_arg_PACKAGE}_FOUND})
    endif()
    if(_found)
        list(APPEND IPCMARK_TRANSPORT_SOURCES ${name}.cpp)
        list(APPEND IPCMARK_TRANSPORT_LINKS ${_arg_LINK})
        string(APPEND IPCMARK_TRANSPORT_DECLARATIONS "void register_${name}(registry&);\n")
        string(APPEND IPCMARK_TRANSPORT_CALLS "    transports::register_${name}(all);\n")
    else()
        string(APPEND IPCMARK_TRANSPORT_CALLS
            "    all.add_missing(\"${name}\", \"${_arg_PACKAGE} was not found when ipcmark was built; ${_arg_HINT}\");\n")
    endif()
endmacro()

macro(ipcmark_finish_transports)
    configure_file(register_all.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/register_all.cpp @ONLY)
    add_library(ipcmark_transports STATIC
        ${IPCMARK_TRANSPORT_SOURCES} ${CMAKE_CURRENT_BINARY_DIR}/register_all.cpp)
    add_library(ipcmark::transports ALIAS ipcmark_transports)
    target_link_libraries(ipcmark_transports PUBLIC ipcmark::harness PRIVATE ${IPCMARK_TRANSPORT_LINKS})
endmacro()
