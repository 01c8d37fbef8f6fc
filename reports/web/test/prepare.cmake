# Lays the tests beside the installed packages and renders the golden sample with the program.
file(REMOVE_RECURSE ${BUILD}/work/test ${BUILD}/golden)
file(COPY ${WEB}/test DESTINATION ${BUILD}/work)
file(COPY ${WEB}/../golden/sample.result.json DESTINATION ${BUILD}/golden)
execute_process(COMMAND ${IPCMARK} report ${BUILD}/golden/sample.result.json -o ${BUILD}/golden/report.html
    COMMAND_ERROR_IS_FATAL ANY)
