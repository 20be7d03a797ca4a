# Writes OUTPUT: a C++ file that holds the bytes of INPUT under the name SYMBOL (Embed.cmake).
file(READ ${INPUT} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)"
       "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "#include <cstddef>\n\nnamespace packtrail::embedded {\n\
extern const unsigned char ${SYMBOL}[];\nextern const std::size_t ${SYMBOL}_size;\n\
const unsigned char ${SYMBOL}[] = {\n${bytes}0x00};\n\
const std::size_t ${SYMBOL}_size = ${size};\n}  // namespace packtrail::embedded\n")
