# elbo_registry(OUTPUT file HEADER header SIGNATURE text ENTRY_TYPE type DECLARATION text ENTRY text
#               SOURCES files...)
# Writes a source that defines the function SIGNATURE: it returns one entry for each of the files, in
# the order of their names. In DECLARATION and ENTRY, NAME stands for the file's name without .cpp.
# So a new file is registered by being there.
function(elbo_registry)
  cmake_parse_arguments(PARSE_ARGV 0 ARG ""
    "OUTPUT;HEADER;SIGNATURE;ENTRY_TYPE;DECLARATION;ENTRY" "SOURCES")
  set(declarations "")
  set(entries "")
  foreach(source IN LISTS ARG_SOURCES)
    get_filename_component(name ${source} NAME_WE)
    string(REPLACE NAME ${name} declaration "${ARG_DECLARATION}")
    string(REPLACE NAME ${name} entry "${ARG_ENTRY}")
    string(APPEND declarations "${declaration};\n")
    string(APPEND entries "      ${entry},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${ARG_OUTPUT} @ONLY CONTENT
"// Made by CMake from the names of the files that it lists.
#include \"@ARG_HEADER@\"

namespace elbo {

@declarations@
@ARG_SIGNATURE@ {
  static const std::vector<@ARG_ENTRY_TYPE@> entries = {
@entries@  };
  return entries;
}

}  // namespace elbo
")
endfunction()

# The objectives in the given files, NAME.cpp defining NAME_objective.
function(elbo_objective_registry output)
  elbo_registry(OUTPUT ${output} HEADER elbo/objectives/objective.h
    SIGNATURE "const std::vector<NamedObjective>& registered_objectives()"
    ENTRY_TYPE NamedObjective
    DECLARATION "ObjectiveFunction NAME_objective" ENTRY "{\"NAME\", NAME_objective}"
    SOURCES ${ARGN})
endfunction()
