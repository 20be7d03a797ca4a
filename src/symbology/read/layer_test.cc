#include "symbology/read/layer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "symbology/testing/layers.h"
#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

using test::draw_layer;
using test::LayerView;

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::vector<int> cells_of(const LayerReport& report, CellState state) {
  std::vector<int> out;
  for (const Cell& cell : report.cells) {
    if (cell.state == state) out.push_back(cell.row * report.spec.columns + cell.column);
  }
  return out;
}

// Every cell that says read or foreign carries what was drawn there.
void expect_no_wrong_cell(const LayerReport& report, const test::DrawnLayer& drawn) {
  for (std::size_t i = 0; i < report.cells.size(); ++i) {
    const Cell& cell = report.cells[i];
    if (cell.symbol) {
      EXPECT_EQ(text(cell.symbol->data), drawn.data[i]) << "cell " << i;
    }
  }
}

struct Scene {
  const char* name;
  LayerView view;
};

std::vector<Scene> scenes() {
  return {
      {"straight", {}},
      {"turned 20 degrees", {.fill = 0.72, .degrees = 20}},
      {"turned -35 degrees", {.fill = 0.62, .degrees = -35}},
      {"perspective 12 %", {.fill = 0.8, .perspective = 0.12}},
      {"turned, perspective, light falls to 0.4",
       {.fill = 0.72, .degrees = 10, .perspective = 0.10, .gradient = 0.6}},
      {"noise 20", {.noise_sd = 20}},
      {"small symbols", {.symbol_share = 0.34}},
      {"36 x 36 modules", {.symbol_share = 0.5, .modules = 36}},
  };
}

TEST(Layer, ReadsEveryCell) {
  LayerReader reader;
  for (const Scene& scene : scenes()) {
    if (test::kSanitized && scene.view.degrees == 0) continue;
    const auto drawn = draw_layer(scene.view, 11);
    const auto report = reader.read_layer(drawn.picture, {6, 8});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->found_grid) << scene.name;
    EXPECT_EQ(report->count(CellState::Read), 48) << scene.name;
    EXPECT_TRUE(report->is_complete()) << scene.name;
    EXPECT_TRUE(report->outside.empty()) << scene.name;
    expect_no_wrong_cell(*report, drawn);
    std::printf("%-42s %d of 48, %d attempts, %.1f M pixels of work\n", scene.name,
                report->count(CellState::Read), report->attempts,
                static_cast<double>(report->pixels) / 1e6);
  }
}

TEST(Layer, NamesWhatIsMissing) {
  if (test::kSanitized) GTEST_SKIP() << "20 s of pixel loops under sanitizers";
  LayerReader reader({.allowed = {"]d2"}});
  const LayerView view{.fill = 0.8,
                       .degrees = 6,
                       .perspective = 0.06,
                       .gradient = 0.3,
                       .empty = {0, 19},
                       .bare = {30},
                       .damaged = {13, 47},
                       .foreign = {25},
                       .same = {{3, 40}}};
  const auto drawn = draw_layer(view, 5);
  const auto report = reader.read_layer(drawn.picture, {6, 8});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->found_grid);
  EXPECT_EQ(cells_of(*report, CellState::Empty), (std::vector<int>{0, 19, 30}));
  EXPECT_EQ(cells_of(*report, CellState::Unreadable), (std::vector<int>{13, 47}));
  EXPECT_EQ(cells_of(*report, CellState::Foreign), (std::vector<int>{25}));
  EXPECT_EQ(report->count(CellState::Read), 42);
  EXPECT_EQ(report->cells[25].symbol->identifier, "]d1");
  ASSERT_EQ(report->duplicates.size(), 1U);
  EXPECT_EQ(report->duplicates[0], (std::vector<std::size_t>{3, 40}));
  EXPECT_FALSE(report->is_complete());
  expect_no_wrong_cell(*report, drawn);
}

TEST(Layer, WholeRowsAndColumnsMayBeMissing) {
  LayerReader reader;
  LayerView view{.fill = 0.8};
  for (int i = 0; i < 48; ++i) {
    if (i / 8 == 0 || i % 8 == 7) view.empty.push_back(i);
  }
  const auto drawn = draw_layer(view, 8);
  const auto report = reader.read_layer(drawn.picture, {6, 8});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->count(CellState::Read), 35);
  EXPECT_EQ(cells_of(*report, CellState::Empty), view.empty);
  expect_no_wrong_cell(*report, drawn);
}

TEST(Layer, OtherShapes) {
  LayerReader reader;
  struct Shape {
    int rows, columns, width, height;
  };
  for (const Shape& shape : {Shape{1, 5, 1200, 400}, Shape{4, 1, 400, 1100}, Shape{2, 2, 600, 600},
                             Shape{1, 1, 300, 300}, Shape{3, 4, 900, 700}}) {
    LayerView view{.rows = shape.rows, .columns = shape.columns};
    view.width = shape.width;
    view.height = shape.height;
    view.degrees = 4;
    view.fill = 0.8;
    const auto drawn = draw_layer(view, 21);
    const auto report = reader.read_layer(drawn.picture, {shape.rows, shape.columns});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->is_complete()) << shape.rows << " x " << shape.columns;
    expect_no_wrong_cell(*report, drawn);
  }
}

TEST(Layer, AnEmptyPictureIsAnEmptyLayer) {
  LayerReader reader;
  const auto report = reader.read_layer(GreyImage(800, 600, 180), {6, 8});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->found_grid);
  EXPECT_EQ(report->count(CellState::Empty), 48);
}

TEST(Layer, TheSpecHasLimits) {
  LayerReader reader;
  const GreyImage picture(100, 100, 180);
  EXPECT_TRUE(reader.read_layer(picture, {1, 1}));
  EXPECT_TRUE(reader.read_layer(picture, {kLayerSideMax, kLayerSideMax}));
  EXPECT_FALSE(reader.read_layer(picture, {0, 1}));
  EXPECT_FALSE(reader.read_layer(picture, {1, 0}));
  EXPECT_FALSE(reader.read_layer(picture, {kLayerSideMax + 1, 1}));
  EXPECT_FALSE(reader.read_layer(picture, {1, kLayerSideMax + 1}));
  EXPECT_FALSE(reader.read_layer(GreyImage{}, {1, 1}));
  EXPECT_FALSE(reader.read_layer(GreyImage(10, 100), {1, 11}));
}

TEST(Layer, TheBudgetIsForTheWholePicture) {
  const auto drawn = draw_layer({.rows = 2, .columns = 3, .width = 600, .height = 400}, 4);
  LayerReader patient;
  const auto all = patient.read_layer(drawn.picture, {2, 3});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->count(CellState::Read), 6);
  EXPECT_FALSE(all->out_of_budget);
  LayerReader exact({.pixels_max = all->pixels});
  const auto same = exact.read_layer(drawn.picture, {2, 3});
  EXPECT_EQ(same->count(CellState::Read), 6);
  LayerReader above({.pixels_max = all->pixels + 1});
  EXPECT_EQ(above.read_layer(drawn.picture, {2, 3})->count(CellState::Read), 6);
  LayerReader hasty({.pixels_max = all->pixels - 1});
  const auto cut = hasty.read_layer(drawn.picture, {2, 3});
  EXPECT_TRUE(cut->out_of_budget);
  EXPECT_LE(cut->pixels, all->pixels - 1);
  LayerReader blind({.pixels_max = 1});
  const auto nothing = blind.read_layer(drawn.picture, {2, 3});
  EXPECT_TRUE(nothing->out_of_budget);
  EXPECT_EQ(nothing->count(CellState::Read), 0);
}

TEST(Scene, FindsEverySymbolWithoutAGrid) {
  LayerReader reader;
  const auto drawn = draw_layer({.rows = 3,
                                 .columns = 4,
                                 .width = 900,
                                 .height = 700,
                                 .fill = 0.8,
                                 .degrees = -12,
                                 .empty = {5}},
                                77);
  const auto report = reader.read_all(drawn.picture);
  ASSERT_TRUE(report);
  std::vector<std::string> seen, expected;
  for (const Symbol& symbol : report->symbols) seen.push_back(text(symbol.data));
  for (const std::string& data : drawn.data) {
    if (!data.empty()) expected.push_back(data);
  }
  std::sort(seen.begin(), seen.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(seen, expected);
  EXPECT_TRUE(report->foreign.empty());
}

TEST(Scene, SeparatesForeignSymbols) {
  LayerReader reader({.allowed = {"]d2"}});
  const auto drawn =
      draw_layer({.rows = 2, .columns = 2, .width = 500, .height = 500, .foreign = {1, 2}}, 3);
  const auto report = reader.read_all(drawn.picture);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->symbols.size(), 2U);
  ASSERT_EQ(report->foreign.size(), 2U);
  EXPECT_EQ(report->foreign[0].identifier, "]d1");
}

}  // namespace
}  // namespace packtrail::symbology
