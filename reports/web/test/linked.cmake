# The packages can be installed in a folder that is reached through a symbolic link.
file(REMOVE_RECURSE ${FOLDER})
file(COPY ${WEB}/package.json ${WEB}/package-lock.json ${WEB}/.npmrc DESTINATION ${FOLDER}/there/npm)
file(CREATE_LINK there ${FOLDER}/here SYMBOLIC)
set(FOLDER ${FOLDER}/here/npm)
set(OPTIONS --dry-run --prefer-offline)
include(${WEB}/install.cmake)
