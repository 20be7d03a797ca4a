# packtrail_embed(TARGET SYMBOL FILE)
#
# Compiles the bytes of FILE into TARGET, so the program needs no path to find them. In C++:
#   namespace packtrail::embedded { extern const unsigned char SYMBOL[]; extern const std::size_t
#   SYMBOL_size; }
set(PACKTRAIL_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_file.cmake)

function(packtrail_embed target symbol file)
  get_filename_component(input ${file} ABSOLUTE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.cc)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DSYMBOL=${symbol}
            -P ${PACKTRAIL_EMBED_SCRIPT}
    DEPENDS ${input} ${PACKTRAIL_EMBED_SCRIPT}
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
  set_source_files_properties(${output} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
