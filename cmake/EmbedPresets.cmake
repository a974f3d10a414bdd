# Run as `cmake -DINPUTS=a.toml,b.toml -DOUTPUT=presets_data.cpp -P EmbedPresets.cmake`: writes the
# presets as C++ raw strings.
string(REPLACE "," ";" files "${INPUTS}")
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"preset(${text})preset\"},\n")
endforeach()
file(WRITE ${OUTPUT}
"// Made by CMake from presets/*.toml.
#include \"elbo/train/presets_data.h\"

namespace elbo {

const std::vector<PresetSource>& preset_sources() {
  static const std::vector<PresetSource> sources = {
${entries}  };
  return sources;
}

}  // namespace elbo
")
