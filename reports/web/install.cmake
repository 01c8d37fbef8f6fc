# Installs the packages that the lock file in FOLDER names, with NPM and further OPTIONS. In the
# folder, not with --prefix: through a symbolic link npm takes that for another project and refuses
# its lock file.
execute_process(
    COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error ${OPTIONS}
    WORKING_DIRECTORY ${FOLDER}
    COMMAND_ERROR_IS_FATAL ANY)
