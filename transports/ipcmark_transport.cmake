# ipcmark_transport(name [VARIANTS names...] [PACKAGE cmake-package | PKG_CONFIG module]
#                   [LINK targets...] [SOURCES files...] [HINT "package to install"])
#
# Adds name.cpp, with the SOURCES that it needs besides, and a call of its register_name(registry&)
# to the generated list. VARIANTS are the other names that the file registers. One that needs a
# PACKAGE or a pkg-config module is not in the lean worker program. Where PACKAGE (or the pkg-config module, which may name a
# version as in "liburing>=2.3" and is linked when found) is not there, all these names are
# registered as missing with HINT, so that `list` and reports say so.

set(IPCMARK_LEAN_SOURCES "")
set(IPCMARK_TRANSPORT_SOURCES "")
set(IPCMARK_TRANSPORT_DECLARATIONS "")
set(IPCMARK_TRANSPORT_CALLS "")
set(IPCMARK_LEAN_DECLARATIONS "")
set(IPCMARK_LEAN_CALLS "")
set(IPCMARK_TRANSPORT_LINKS "")

macro(ipcmark_transport name)
    cmake_parse_arguments(_arg "" "PACKAGE;PKG_CONFIG;HINT" "LINK;SOURCES;VARIANTS" ${ARGN})
    set_property(GLOBAL APPEND PROPERTY IPCMARK_TRANSPORT_NAMES ${name} ${_arg_VARIANTS})
    set(_found TRUE)
    set(_needs "${_arg_PACKAGE}${_arg_PKG_CONFIG}")
    if(_arg_PACKAGE)
        find_package(${_arg_PACKAGE} QUIET)
        set(_found ${${_arg_PACKAGE}_FOUND})
    elseif(_arg_PKG_CONFIG)
        string(REGEX REPLACE "[<>=].*" "" _module "${_arg_PKG_CONFIG}")
        pkg_check_modules(ipcmark_${_module} QUIET IMPORTED_TARGET "${_arg_PKG_CONFIG}")
        set(_found ${ipcmark_${_module}_FOUND})
        list(APPEND _arg_LINK PkgConfig::ipcmark_${_module})
    endif()
    if(_found)
        string(APPEND IPCMARK_TRANSPORT_DECLARATIONS "void register_${name}(registry&);\n")
        string(APPEND IPCMARK_TRANSPORT_CALLS "    transports::register_${name}(all);\n")
        if(_needs)
            list(APPEND IPCMARK_TRANSPORT_SOURCES ${name}.cpp ${_arg_SOURCES})
            list(APPEND IPCMARK_TRANSPORT_LINKS ${_arg_LINK})
        else()
            list(APPEND IPCMARK_LEAN_SOURCES ${name}.cpp ${_arg_SOURCES})
            string(APPEND IPCMARK_LEAN_DECLARATIONS "void register_${name}(registry&);\n")
            string(APPEND IPCMARK_LEAN_CALLS "    transports::register_${name}(all);\n")
        endif()
    else()
        foreach(_each IN ITEMS ${name} ${_arg_VARIANTS})
            string(APPEND IPCMARK_TRANSPORT_CALLS
                "    all.add_missing(\"${_each}\", \"${_needs} was not found when ipcmark was built; ${_arg_HINT}\");\n")
        endforeach()
    endif()
endmacro()

# ipcmark_external(name FILES files...)
#
# A mechanism whose worker is a program in another language: external/name.json describes it, FILES
# are that program's. They lie beside the program when it is built, and are installed with it.
set(IPCMARK_EXTERNAL_FOLDER ${PROJECT_BINARY_DIR}/bench/external)
function(ipcmark_external name)
    cmake_parse_arguments(_arg "" "" "FILES" ${ARGN})
    set_property(GLOBAL APPEND PROPERTY IPCMARK_EXTERNAL_NAMES ${name})
    foreach(_file IN LISTS _arg_FILES ITEMS external/${name}.json)
        get_filename_component(_path ${_file} ABSOLUTE)
        get_filename_component(_own_name ${_file} NAME)
        configure_file(${_path} ${IPCMARK_EXTERNAL_FOLDER}/${_own_name} COPYONLY)
        install(FILES ${_path} DESTINATION ${CMAKE_INSTALL_DATADIR}/ipcmark/external)
    endforeach()
endfunction()

# ipcmark_external_java(FILES...): compiles what workers in Java need, where there is a javac of 17 or
# later; without one their mechanisms are unavailable.
function(ipcmark_external_java)
    find_program(IPCMARK_JAVAC javac)
    mark_as_advanced(IPCMARK_JAVAC)
    if(NOT IPCMARK_JAVAC)
        return()
    endif()
    execute_process(COMMAND ${IPCMARK_JAVAC} -version OUTPUT_VARIABLE _told ERROR_VARIABLE _told)
    string(REGEX MATCH "[0-9]+" _version "${_told}")
    if(NOT _version OR _version LESS 17)
        return()
    endif()
    set(_sources "")
    foreach(_file IN LISTS ARGN)
        get_filename_component(_path ${_file} ABSOLUTE)
        list(APPEND _sources ${_path})
    endforeach()
    set(_classes ${IPCMARK_EXTERNAL_FOLDER}/java)
    add_custom_command(OUTPUT ${_classes}/IpcmarkWorker.class
        COMMAND ${IPCMARK_JAVAC} --release 17 -XDstringConcat=inline -Xlint:all,-serial -Werror
            -d ${_classes} ${_sources}
        DEPENDS ${_sources}
        COMMENT "Compiling the workers in Java"
        VERBATIM)
    add_custom_target(ipcmark_java ALL DEPENDS ${_classes}/IpcmarkWorker.class)
    install(DIRECTORY ${_classes} DESTINATION ${CMAKE_INSTALL_DATADIR}/ipcmark/external OPTIONAL)
endfunction()

macro(ipcmark_finish_transports)
    foreach(_list all lean)
        configure_file(register_${_list}.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/register_${_list}.cpp @ONLY)
    endforeach()
    # TIMED: what inlines into a timed loop does not depend on its neighbours.
    add_library(ipcmark_lean_transports STATIC
        ${IPCMARK_LEAN_SOURCES} ${CMAKE_CURRENT_BINARY_DIR}/register_lean.cpp)
    target_link_libraries(ipcmark_lean_transports PUBLIC ipcmark::worker)
    ipcmark_short_build(ipcmark_lean_transports transports TIMED <harness/worker/registry.hpp>)
    add_library(ipcmark_transports STATIC
        ${IPCMARK_TRANSPORT_SOURCES} ${CMAKE_CURRENT_BINARY_DIR}/register_all.cpp)
    target_link_libraries(ipcmark_transports
        PUBLIC ipcmark_lean_transports PRIVATE ${IPCMARK_TRANSPORT_LINKS})
    ipcmark_short_build(ipcmark_transports transports TIMED <harness/worker/registry.hpp>)
    # The loops are as fast as with Release's -O3, and compile in a seventh less.
    foreach(_library lean_transports transports)
        target_compile_options(ipcmark_${_library} PRIVATE $<$<CONFIG:Release>:-O2>)
    endforeach()
    add_library(ipcmark::lean_transports ALIAS ipcmark_lean_transports)
    add_library(ipcmark::transports ALIAS ipcmark_transports)
endmacro()
