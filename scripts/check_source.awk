# The rules of scripts/check_source.sh. Prints one line a fault and exits 1 if there was one.

# A folder may include itself and whatever the folders below it may.
function allow(folder, below, names, count, i, name) {
  count = split(below, names, " ")
  for (i = 1; i <= count; i++)
    for (name in known)
      if ((names[i], name) in may) may[folder, name] = 1
  known[folder] = 1
  may[folder, folder] = 1
}

BEGIN {
  allow("base", "")
  allow("tensor", "base")
  allow("graph", "tensor")
  allow("device", "graph")
  allow("nn", "graph")
  allow("distributions", "graph")
  allow("models", "nn distributions")
  allow("objectives", "models")
  allow("io", "tensor")
  allow("data", "io")
  allow("feed", "objectives data device")
  allow("train", "feed")
  allow("evaluate", "feed")
  allow("experiments", "evaluate train")
  allow("report", "io")

  # Headers of other libraries, as patterns, and the only folder that sees them.
  home["^(oneapi/|dnnl)"] = "benchmarks"
  home["^hwy/"] = "elbo/device"
  home["^omp\\.h$"] = "elbo/(base|device)"
  home["^(curl|openssl)/"] = "elbo/data"
  home["^(spng|jpeglib|zlib)\\.h$"] = "elbo/io"
  home["^toml\\+\\+/"] = "elbo/io"
  home["^spdlog/"] = "elbo/base"
  home["^CLI/"] = "cli"
  home["^gtest/"] = "tests"
  home["^benchmark/"] = "benchmarks"
}

function fault(message) {
  print FILENAME ":" FNR ": " message
  faults++
}

FNR == 1 {
  split(FILENAME, parts, "/")
  folder = parts[1] == "elbo" ? parts[2] : ""
  if (folder != "" && !(folder in known)) fault("elbo/" folder "/ is not one of the known folders")
  # What is compiled once for each instruction set has a guard of its own kind.
  if (FILENAME ~ /\.h$/ && FILENAME !~ /-inl\.h$/) headers[FILENAME] = 1
}
FNR == 501 { fault("more than 500 lines; look for the second thing that hides in it") }
/^#pragma once/ { guarded[FILENAME] = 1 }
/(^|[^A-Za-z_])([T]ODO|[F]IXME|[X]XX|[H]ACK)([^A-Za-z_]|$)/ { fault("left undone: " $0) }

/^[ \t]*#[ \t]*include/ {
  header = $0
  sub(/^[^<"]*[<"]/, "", header)
  sub(/[>"].*$/, "", header)
  if ($0 ~ /include[ \t]*"/ && header !~ /^(elbo|cli|tests|benchmarks|examples)\//)
    fault("\"" header "\" is not a whole path from the root")
  if (folder != "" && header ~ /^elbo\//) {
    split(header, target, "/")
    if (!((folder, target[2]) in may)) fault("elbo/" folder " may not include elbo/" target[2])
  }
  if (folder != "" && header ~ /^(cli|tests|benchmarks|examples)\//)
    fault("the library may not include " header)
  if (FILENAME !~ /^tests\//)
    for (pattern in home)
      if (header ~ pattern && FILENAME !~ ("^" home[pattern] "/"))
        fault("<" header "> belongs in " home[pattern] " alone")
}

END {
  for (name in headers)
    if (!(name in guarded)) { print name ": there is no #pragma once"; faults++ }
  if (faults) { print faults " faults"; exit 1 }
}
