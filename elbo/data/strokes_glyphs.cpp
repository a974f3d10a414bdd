#include "elbo/data/strokes_glyphs.h"

#include <array>

#include "elbo/base/check.h"

namespace elbo {
namespace {

constexpr bool kCorner = true;

PenStroke open(std::vector<Knot> knots) {
  return {std::move(knots), false};
}

PenStroke closed(std::vector<Knot> knots) {
  return {std::move(knots), true};
}

// clang-format off
std::array<std::vector<Glyph>, 10> make_glyphs() {
  return {{
    {  // 0: an oval; one whose ends cross at the top; a round one
      {closed({{.35f, 0}, {.12f, .14f}, {.02f, .5f}, {.13f, .87f}, {.36f, 1}, {.6f, .86f}, {.7f, .5f}, {.6f, .13f}})},
      {open({{.5f, .06f}, {.24f, .09f}, {.07f, .4f}, {.1f, .78f}, {.3f, 1}, {.53f, .85f}, {.62f, .5f}, {.54f, .15f}, {.36f, .0f}, {.25f, .1f}})},
      {closed({{.42f, .04f}, {.15f, .18f}, {.03f, .5f}, {.15f, .85f}, {.45f, .97f}, {.75f, .8f}, {.83f, .48f}, {.7f, .16f}})},
    },
    {  // 1: a bare line; with a flag; with flag and foot
      {open({{.2f, 0}, {.19f, .35f}, {.2f, .7f}, {.2f, 1}})},
      {open({{.21f, 0}, {.19f, .35f}, {.18f, .7f}, {.2f, 1}})},
      {open({{.0f, .25f}, {.14f, .14f}, {.27f, 0, kCorner}, {.27f, .4f}, {.26f, .75f}, {.27f, 1}})},
      {open({{.06f, .22f}, {.17f, .13f}, {.28f, 0, kCorner}, {.28f, .4f}, {.27f, .75f}, {.28f, .99f}}),
       open({{.03f, 1}, {.27f, .985f}, {.52f, 1}})},
    },
    {  // 2: a curl and a flat foot; a loop at the foot; nearly a z
      {open({{.04f, .24f}, {.14f, .06f}, {.36f, 0}, {.58f, .1f}, {.6f, .32f}, {.44f, .58f}, {.2f, .82f}, {.03f, .98f, kCorner}, {.25f, .95f}, {.45f, .97f}, {.7f, .96f}})},
      {open({{.08f, .2f}, {.22f, .04f}, {.45f, .02f}, {.6f, .18f}, {.55f, .42f}, {.36f, .7f}, {.16f, .95f}, {.03f, .94f}, {.07f, .82f}, {.24f, .84f}, {.5f, .98f}, {.78f, .9f}})},
      {open({{.05f, .14f}, {.25f, .02f}, {.5f, .03f}, {.61f, .17f}, {.54f, .38f}, {.34f, .65f}, {.05f, 1, kCorner}, {.35f, .97f}, {.66f, .98f}})},
    },
    {  // 3: two bows; a small loop between them; a flat top
      {open({{.06f, .14f}, {.24f, .01f}, {.48f, .03f}, {.58f, .2f}, {.48f, .39f}, {.26f, .47f, kCorner}, {.48f, .52f}, {.62f, .7f}, {.52f, .92f}, {.27f, 1}, {.03f, .88f}})},
      {open({{.08f, .1f}, {.3f, 0}, {.54f, .1f}, {.53f, .3f}, {.36f, .45f}, {.22f, .5f}, {.2f, .42f}, {.34f, .43f}, {.55f, .53f}, {.62f, .74f}, {.5f, .95f}, {.25f, 1}, {.02f, .9f}})},
      {open({{.05f, .03f}, {.3f, .02f}, {.58f, .02f, kCorner}, {.42f, .2f}, {.26f, .4f, kCorner}, {.48f, .42f}, {.64f, .6f}, {.58f, .86f}, {.34f, 1}, {.05f, .93f}})},
    },
    {  // 4: open, in two strokes; closed at the top; round and in one stroke
      {open({{.1f, .03f}, {.06f, .3f}, {.04f, .54f, kCorner}, {.3f, .53f}, {.66f, .5f}}),
       open({{.56f, .0f}, {.53f, .35f}, {.5f, .7f}, {.48f, 1}})},
      {open({{.5f, 0}, {.3f, .3f}, {.02f, .63f, kCorner}, {.35f, .63f}, {.74f, .6f}}),
       open({{.52f, .0f}, {.5f, .4f}, {.48f, .75f}, {.47f, 1}})},
      {open({{.08f, .05f}, {.03f, .3f}, {.12f, .49f}, {.34f, .5f}, {.55f, .38f}, {.63f, .04f, kCorner}, {.58f, .4f}, {.52f, .7f}, {.48f, 1}})},
    },
    {  // 5: with the hat put on afterwards; in one stroke with corners; nearly an s
      {open({{.15f, .05f}, {.12f, .25f}, {.1f, .44f, kCorner}, {.3f, .38f}, {.52f, .47f}, {.6f, .7f}, {.48f, .93f}, {.24f, 1}, {.02f, .92f}}),
       open({{.15f, .05f}, {.38f, .04f}, {.64f, .01f}})},
      {open({{.64f, .02f}, {.4f, .04f}, {.2f, .06f, kCorner}, {.16f, .25f}, {.13f, .43f, kCorner}, {.38f, .45f}, {.56f, .6f}, {.55f, .82f}, {.35f, .98f}, {.05f, .95f}})},
      {open({{.62f, .05f}, {.36f, .01f}, {.16f, .13f}, {.17f, .33f}, {.38f, .47f}, {.56f, .63f}, {.52f, .88f}, {.27f, 1}, {.04f, .92f}})},
    },
    {  // 6: a bow into a loop; a straighter one; one with a hook at the top
      {open({{.5f, .0f}, {.27f, .17f}, {.1f, .45f}, {.04f, .75f}, {.18f, .97f}, {.42f, .97f}, {.56f, .78f}, {.46f, .59f}, {.26f, .57f}, {.08f, .72f}})},
      {open({{.3f, 0}, {.16f, .3f}, {.05f, .62f}, {.1f, .9f}, {.32f, 1}, {.54f, .88f}, {.56f, .68f}, {.4f, .55f}, {.2f, .61f}, {.07f, .78f}})},
      {open({{.6f, .08f}, {.45f, 0}, {.24f, .14f}, {.08f, .42f}, {.04f, .72f}, {.17f, .95f}, {.4f, 1}, {.59f, .85f}, {.56f, .64f}, {.38f, .53f}, {.17f, .6f}, {.05f, .76f}})},
    },
    {  // 7: plain; with a bar; with a serif; with a round shoulder
      {open({{.02f, .06f}, {.3f, .04f}, {.62f, .02f, kCorner}, {.5f, .3f}, {.36f, .62f}, {.26f, 1}})},
      {open({{.02f, .06f}, {.3f, .05f}, {.62f, .02f, kCorner}, {.5f, .3f}, {.38f, .62f}, {.3f, 1}}),
       open({{.16f, .52f}, {.38f, .5f}, {.6f, .47f}})},
      {open({{.02f, .2f}, {.04f, .05f, kCorner}, {.3f, .06f}, {.64f, .03f, kCorner}, {.49f, .35f}, {.39f, .7f}, {.35f, 1}})},
      {open({{.02f, .12f}, {.2f, .03f}, {.45f, .02f}, {.59f, .1f}, {.51f, .35f}, {.38f, .66f}, {.3f, 1}})},
    },
    {  // 8: one crossing line; two rings; a lean one whose ends don't meet
      {closed({{.56f, .14f}, {.36f, .0f}, {.13f, .1f}, {.14f, .3f}, {.35f, .46f}, {.56f, .62f}, {.57f, .88f}, {.32f, 1}, {.07f, .9f}, {.08f, .67f}, {.29f, .5f}, {.5f, .32f}})},
      {closed({{.35f, .0f}, {.14f, .1f}, {.13f, .32f}, {.33f, .45f}, {.53f, .34f}, {.55f, .11f}}),
       closed({{.33f, .45f}, {.1f, .58f}, {.05f, .82f}, {.3f, 1}, {.56f, .86f}, {.56f, .6f}})},
      {open({{.6f, .1f}, {.4f, .0f}, {.19f, .11f}, {.22f, .33f}, {.42f, .52f}, {.52f, .76f}, {.37f, .99f}, {.13f, .95f}, {.1f, .72f}, {.28f, .5f}, {.5f, .3f}, {.65f, .08f}})},
    },
    {  // 9: a loop and a straight tail; a curved tail; a ring and a line
      {open({{.56f, .16f}, {.4f, .01f}, {.17f, .06f}, {.05f, .26f}, {.14f, .46f}, {.36f, .44f}, {.54f, .24f}, {.57f, .04f, kCorner}, {.56f, .36f}, {.52f, .7f}, {.5f, 1}})},
      {open({{.58f, .2f}, {.38f, .0f}, {.12f, .1f}, {.06f, .34f}, {.24f, .5f}, {.46f, .4f}, {.58f, .16f}, {.57f, .5f}, {.46f, .82f}, {.24f, 1}, {.06f, .94f}})},
      {closed({{.32f, .0f}, {.1f, .1f}, {.06f, .34f}, {.25f, .48f}, {.48f, .36f}, {.53f, .12f}}),
       open({{.54f, .05f}, {.52f, .4f}, {.42f, .72f}, {.3f, 1}})},
    },
  }};
}
// clang-format on

}  // namespace

const std::vector<Glyph>& glyphs_of(int digit) {
  ELBO_ASSERT(digit >= 0 && digit < 10);
  static const std::array<std::vector<Glyph>, 10> glyphs = make_glyphs();
  return glyphs[static_cast<std::size_t>(digit)];
}

}  // namespace elbo
