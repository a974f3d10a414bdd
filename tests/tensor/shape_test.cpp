#include "elbo/tensor/shape.h"

#include <gtest/gtest.h>

#include "elbo/base/error.h"

namespace elbo {
namespace {

TEST(Shape, ResolvesTheBatchAxis) {
  const Shape shape{kBatch, 784};
  EXPECT_EQ(shape.to_string(), "(N, 784)");
  EXPECT_EQ(shape.resolve(3), (Extents{3, 784}));
  EXPECT_EQ((Shape{Dim(5, true), 2}).resolve(3), (Extents{15, 2}));
  EXPECT_EQ((Shape{kBatch, 3, 4}).product(), (ElementCount{12, 1}));
  EXPECT_EQ((Shape{kBatch, kBatch, 3}).product(), (ElementCount{3, 2}));
}

TEST(Shape, BroadcastsFromTheLastAxis) {
  EXPECT_EQ(broadcast(Shape{kBatch, 784}, Shape{784}, "add"), (Shape{kBatch, 784}));
  EXPECT_EQ(broadcast(Shape{kBatch, 1}, Shape{1, 7}, "add"), (Shape{kBatch, 7}));
  EXPECT_EQ(broadcast(Shape{}, Shape{2, 3}, "add"), (Shape{2, 3}));
}

TEST(Shape, SaysWhichAxisDoesNotBroadcast) {
  try {
    broadcast(Shape{kBatch, 784}, Shape{400}, "add");
    FAIL() << "expected a ShapeError";
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(),
                 "add: shapes (N, 784) and (400) don't broadcast: axis 1 has lengths that differ");
  }
}

}  // namespace
}  // namespace elbo
