# Lays the tests beside the installed packages and renders the golden samples with the program.
file(REMOVE_RECURSE ${BUILD}/npm/test ${BUILD}/golden ${BUILD}/program)
file(COPY ${WEB}/test DESTINATION ${BUILD}/npm)
file(MAKE_DIRECTORY ${BUILD}/program)
foreach(sample sample full)
    file(COPY ${WEB}/../golden/${sample}.result.json DESTINATION ${BUILD}/golden)
    execute_process(COMMAND ${IPCMARK} report ${BUILD}/golden/${sample}.result.json -o ${BUILD}/program/${sample}.html
        COMMAND_ERROR_IS_FATAL ANY)
endforeach()
