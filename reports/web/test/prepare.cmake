# Lays the tests and the golden samples beside the installed packages.
file(REMOVE_RECURSE ${BUILD}/npm/test ${BUILD}/golden)
file(COPY ${WEB}/test DESTINATION ${BUILD}/npm)
foreach(sample sample full)
    file(COPY ${WEB}/../golden/${sample}.result.json DESTINATION ${BUILD}/golden)
endforeach()
