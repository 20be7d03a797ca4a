# packtrail_console_assets(TARGET FOLDER)
#
# Compiles every file under FOLDER (web/dist) into TARGET as one table; an empty table when the
# console has not been built. A rebuild of the console is noticed through its index.html.
function(packtrail_console_assets target folder)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/console_files.cc)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false ${folder}/*)
  set(table "")
  set(blobs "")
  set(index 0)
  foreach(file IN LISTS files)
    file(RELATIVE_PATH name ${folder} ${file})
    string(APPEND blobs "__asm__(\".section .rodata\\n.balign 16\\nconsole_${index}:\\n"
      ".incbin \\\"${file}\\\"\\nconsole_${index}_end:\\n.byte 0\\n.previous\\n\");\n"
      "extern \"C\" const unsigned char console_${index}[], console_${index}_end[];\n")
    string(APPEND table "    {\"/${name}\", console_${index}, console_${index}_end},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"// Made by cmake/ConsoleAssets.cmake from web/dist.
#include \"app/console_files.h\"

${blobs}
namespace packtrail::app {
const ConsoleFile kConsoleFiles[] = {
${table}    {\"\", nullptr, nullptr}};
const std::size_t kConsoleFileCount = ${index};
}  // namespace packtrail::app
")
  target_sources(${target} PRIVATE ${output})
  set_source_files_properties(${output} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
    OBJECT_DEPENDS "${files}")
endfunction()
