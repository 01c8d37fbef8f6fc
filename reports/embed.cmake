# ipcmark_embed(target symbol file): makes the bytes of `file` available as
# `extern const char symbol_begin[], symbol_end[]` through the assembler's .incbin.
function(ipcmark_embed target symbol file)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"    .section .rodata
    .global @symbol@_begin
    .global @symbol@_end
    .balign 16
@symbol@_begin:
    .incbin \"@file@\"
@symbol@_end:
    .byte 0
    .section .note.GNU-stack,\"\",%progbits
")
    target_sources(${target} PRIVATE ${source})
    set_source_files_properties(${source} PROPERTIES LANGUAGE ASM OBJECT_DEPENDS ${file})
endfunction()
