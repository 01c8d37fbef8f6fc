# discover_checks.cmake -DIPCMARK=PROGRAM -DOUTPUT=FILE [-DDEADLINE_S=SECONDS]: writes the conformance
# tests for ctest, as the program describes its checks and mechanisms.
cmake_minimum_required(VERSION 3.25)

set(_deadline "")
if(DEADLINE_S)
    set(_deadline "--deadline ${DEADLINE_S} ")
endif()

# Mechanisms that share what the kernel grants a user or the machine as a whole, one at a time.
set(_quota_posix_mq "^posix_mq")
set(_quota_huge_pages "hugetlb")

# Two pairs that poll, side by side on two CPUs, wait for each other's time slices. Of this one the
# processes block and a thread of the kernel polls.
set(_polls_in_the_kernel "_sqpoll$")

function(ask result)
    execute_process(COMMAND ${IPCMARK} ${ARGN} OUTPUT_VARIABLE _answer COMMAND_ERROR_IS_FATAL ANY)
    set(${result} "${_answer}" PARENT_SCOPE)
endfunction()

# A value of element `index` of a JSON list.
macro(read_member result list index)
    string(JSON ${result} GET "${${list}}" ${index} ${ARGN})
endmacro()

set(_text "")
# add(NAME ARGUMENTS properties...)
function(add name arguments)
    list(JOIN ARGN " " _properties)
    # 4: nothing could be checked, for instance because this machine lacks the mechanism.
    string(APPEND _text "add_test(${name} \"${IPCMARK}\" conform ${_deadline}${arguments})\n"
        "set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 4 TIMEOUT 600"
        " LABELS conformance ${_properties})\n")
    set(_text "${_text}" PARENT_SCOPE)
endfunction()

ask(_checks conform --list --json)
string(JSON _count LENGTH "${_checks}")
math(EXPR _last "${_count} - 1")
set(_alone "")
foreach(_index RANGE ${_last})
    read_member(_needs_cpus _checks ${_index} alone)
    if(_needs_cpus)
        read_member(_name _checks ${_index} name)
        list(APPEND _alone ${_name})
    endif()
endforeach()
list(JOIN _alone "," _alone)

ask(_mechanisms list --json)
string(JSON _count LENGTH "${_mechanisms}")
math(EXPR _last "${_count} - 1")
foreach(_index RANGE ${_last})
    read_member(_name _mechanisms ${_index} name)
    read_member(_wait _mechanisms ${_index} wait)
    read_member(_role _mechanisms ${_index} role)
    set(_properties "")
    foreach(_quota posix_mq huge_pages)
        if(_name MATCHES "${_quota_${_quota}}")
            list(APPEND _properties RESOURCE_LOCK ${_quota})
        endif()
    endforeach()
    string(JSON _language ERROR_VARIABLE _built_in GET "${_mechanisms}" ${_index} code language)
    if(NOT _built_in)
        # Interpreters and virtual machines start for every pair; none of their checks is alone.
        add(check.${_name} "--mechanism ${_name}" ${_properties} PROCESSORS 2)
        continue()
    endif()
    if(_role STREQUAL "instrument")
        # It has no peer, so none of its checks needs CPUs.
        add(check.${_name} "--mechanism ${_name}" ${_properties})
        continue()
    endif()
    add(check_alone.${_name} "--mechanism ${_name} --check ${_alone}" ${_properties} RUN_SERIAL TRUE)
    if(NOT _wait STREQUAL "blocks" OR _name MATCHES "${_polls_in_the_kernel}")
        list(APPEND _properties PROCESSORS 2)
    endif()
    add(check.${_name} "--mechanism ${_name} --exclude ${_alone}" ${_properties})
endforeach()

file(WRITE ${OUTPUT} "${_text}")
