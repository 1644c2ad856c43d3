// M4's measures on numbers small enough to check by hand, its files, and the gate: the batch forecast on the shared
// hourly series, their last 48 values held out.
#include <catch2/catch.hpp>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "forecasting/batch/forecast.h"
#include "forecasting/exam/m4_file.h"
#include "forecasting/exam/m4_measures.h"
#include "forecasting/exam/m4_questions.h"

namespace forecasting::exam {
namespace {

#ifdef NDEBUG
constexpr bool kFast = true;  // built to be: worth timing
#else
constexpr bool kFast = false;
#endif

TEST_CASE("Naïve 2 carries the last value along the season when there is one") {
  const std::vector<double> season{2, 1, .5, .5};  // of mean 1: the indices
  std::vector<double> train;
  for (int t = 0; t < 22; ++t) train.push_back(100 * season[static_cast<std::size_t>(t % 4)]);
  const auto ahead = naive2(train, 4, 6);  // the last value is at phase 1
  for (std::size_t h = 0; h < 6; ++h) CHECK(ahead[h] == Approx(100 * season[(h + 2) % 4]));

  // Along a trend; the numbers are those of naive2() in bench/statsforecast/run.py.
  const std::vector<double> growing{12, 31, 22, 9, 14, 36, 27, 8, 17, 40, 28, 13, 19, 45};
  const std::vector<double> expected{31.7287593517, 11.8002449476, 18.8298195055, 45, 31.7287593517};
  const auto grown = naive2(growing, 4, 5);
  for (std::size_t h = 0; h < 5; ++h) CHECK(grown[h] == Approx(expected[h]).epsilon(1e-9));

  std::vector<double> brief(23, 1);  // under three seasons, however clear: none
  for (const std::size_t t : {0UL, 8UL, 16UL}) brief[t] = 9;
  CHECK(naive2(brief, 8, 2) == std::vector<double>{1, 1});
  CHECK(naive2(std::vector<double>{3, 9, 3.5, 1}, 2, 2) == std::vector<double>{1, 1});
}

TEST_CASE("the measures, by hand") {
  const std::vector<double> train{1, 2, 3, 5, 4, 6, 5, 7};  // changes over 2: 2 3 1 1 1 1, mean 1.5
  Submission submission{{4, 10}, nullptr};
  submission.quantile = [&](std::size_t step, double level) {
    return submission.point[step] + (level < .05 ? -1 : level > .95 ? 1 : 0);
  };
  M4Exam exam(2);
  exam.judge(train, std::vector<double>{6, 10}, submission);
  const M4Result result = exam.result();
  CHECK(result.smape == Approx(200 * 2. / 10 / 2));  // the second step is exact
  CHECK(result.mase == Approx((2 + 0) / 2. / 1.5));
  CHECK(result.msis == Approx(((2 + 40 * 1.) + 2) / 2 / 1.5));  // one above by 1
  CHECK(result.wql == Approx(2 * .5 * 2 / 16));                 // mean level .5 times 2 too low, of 16
  CHECK(result.owa == Approx((result.smape / result.naive2_smape + result.mase / result.naive2_mase) / 2));
  CHECK(result.series == 1);
}

TEST_CASE("an M4 file: quoted or not, lines of different lengths, mistakes named") {
  const M4File file = read_m4("\"V1\",\"V2\",\"V3\",\"V4\"\r\n\"H1\",\"605\",\"586.5\",\r\nH2,1,2,3\n\n");
  REQUIRE(file.ok());
  REQUIRE(file.series.size() == 2);
  CHECK(file.series[0].id == "H1");
  CHECK(file.series[0].values == std::vector<double>{605, 586.5});
  CHECK(file.series[1].values == std::vector<double>{1, 2, 3});

  CHECK(read_m4("").error == "no series: a header and lines id,value,value… are expected");
  CHECK(read_m4("V1,V2\nH1,1\nH2,x\n").error == "line 3: field 2: \"x\" is no number");
  CHECK(read_m4("V1,V2\nH1,1,,2\n").error == "line 2: field 3 is empty, but values follow");
  CHECK(read_m4("V1,V2\nH1,,\n").error == "line 2: no values after the id");
}

TEST_CASE("What an M4 file asks: held out of train, or in a test file that fits to it") {
  M4File train{{{"H1", {}}, {"H2", {}}}, ""};
  for (int t = 0; t < 150; ++t) train.series[0].values.push_back(t), train.series[1].values.push_back(1000 + t);
  const M4Questions held = m4_questions(train, nullptr, 48, {"H2"});
  REQUIRE(held.ok());
  REQUIRE(held.asked.size() == 1);
  CHECK(held.asked[0].train.size() == 150 - 96);
  CHECK(held.asked[0].truth.front() == 1000 + 150 - 96);
  CHECK(held.asked[0].truth.size() == 48);

  M4File test{{{"H2", std::vector<double>(48, 7)}, {"H1", std::vector<double>(48, 8)}}, ""};
  const M4Questions tested = m4_questions(train, &test, 0, {});
  REQUIRE(tested.ok());
  CHECK(tested.asked[0].train.size() == 150);
  CHECK(tested.asked[0].truth == test.series[1].values);

  CHECK(m4_questions(train, &test, 24, {}).error ==
        "--skip leaves out the end of --train, which --test does not follow then; give one of the two");
  CHECK(m4_questions(train, nullptr, 100, {}).error ==
        "--train: H1 has 150 values; two days are needed before the 148 that are left out");
  CHECK(m4_questions(train, nullptr, 0, {"H3"}).error == "--only: none of these ids is in --train");
  test.series[0].values.resize(1);
  CHECK(m4_questions(train, &test, 0, {}).error == "--test: H2 has 1 value; 48 are forecast and judged");
  test.series[0].values.resize(49);
  CHECK(m4_questions(train, &test, 0, {}).error == "--test: H2 has 49 values; 48 are forecast and judged");
  test.series.erase(test.series.begin());
  CHECK(m4_questions(train, &test, 0, {}).error == "--test: H2 of --train is not there");
}

TEST_CASE("M4 Hourly, last 48 of train held out: OWA at most .41 at a millisecond a series") {
  std::ifstream stream(std::string(AIA_SOURCE_DIR) + "/../shared/data/m4/Hourly-train.csv");
  if (!stream) {
    WARN("skipped: ../shared/data/m4/Hourly-train.csv is absent");
    return;
  }
  const M4File file = read_m4(std::string(std::istreambuf_iterator<char>(stream), {}));
  REQUIRE(file.ok());
  M4Exam exam(24);
  std::clock_t ticks = 0;
  for (const auto& [id, values] : file.series) {
    const std::vector<double> train(values.begin(), values.end() - 48), truth(values.end() - 48, values.end());
    const std::clock_t begun = std::clock();
    const auto ahead = batch::forecast(train);
    ticks += std::clock() - begun;
    REQUIRE(ahead.ok());
    const auto quantile = [&](std::size_t step, double level) { return ahead.quantile(step, level); };
    exam.judge(train, truth, {ahead.point, quantile});
  }
  const M4Result result = exam.result();
  CHECK(result.series == 414);
  CHECK(result.owa <= .41);
  if (kFast) CHECK(1e3 * static_cast<double>(ticks) / CLOCKS_PER_SEC / result.series <= 1);
}

}  // namespace
}  // namespace forecasting::exam
