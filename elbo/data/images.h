// Data sets from folders of pictures (docs/formats/images.md).
#pragma once

#include <filesystem>

#include "elbo/data/dataset.h"

namespace elbo {

/// Every PNG and JPEG in `dir`, u8. Where it has subfolders, each is a class, in the order of their
/// names, and holds the pictures; else there are no labels. Pictures come in the order of their
/// file names. Grey pictures become colour when any is colour. Hidden and other files are skipped,
/// with one warning that counts them. Throws FileError for a folder or picture that can't be read;
/// DataError for pictures of different sizes, a class without pictures, pictures beside class
/// folders, or none at all.
Dataset load_images(const std::filesystem::path& dir);

}  // namespace elbo
