// Quantities as the API server reads them, amounts as the scheduler adds them, and what counts as a GPU.
#include "controller/api/resources.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace aia;
using namespace aia::api;

TEST_CASE("quantities are amounts, rounded up") {
  struct Case {
    const char* resource;
    const char* quantity;
    std::int64_t amount;
  };
  const auto [resource, quantity, expected] = GENERATE(values<Case>({
      {"cpu", "2", 2000},
      {"cpu", "500m", 500},
      {"cpu", "0.1", 100},
      {"cpu", "1.0005", 1001},
      {"cpu", "100u", 1},
      {"nvidia.com/gpu", "8", 8},
      {"memory", "1.5Gi", 1610612736},
      {"memory", "128M", 128'000'000},
      {"memory", "1e3", 1000},
      {"memory", "1E3", 1000},
      {"memory", "12E-1", 2},
      {"memory", "+1k", 1000},
      {"memory", "1Ki", 1024},
      {"memory", "5m", 1},
      {"memory", "0", 0},
      {"memory", ".5", 1},
      {"memory", "5.", 5},
      {"memory", "2Ti", 2199023255552},
      {"memory", "8Ei", std::numeric_limits<std::int64_t>::max()},
      {"memory", "1E", 1'000'000'000'000'000'000},
  }));
  CAPTURE(resource, quantity);
  const auto read = amount_of(resource, quantity);
  REQUIRE(read.ok());
  CHECK(*read == expected);
}

TEST_CASE("what is no quantity says so, with its resource") {
  const std::string text = GENERATE("", "-1", "GPU", "1 Gi", "1gi", "1KiB", "++1", "+-1", "nan", "inf", "0x8");
  const auto read = amount_of("memory", text);
  CAPTURE(text);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().message == '"' + text + "\" is no quantity of memory; write e.g. \"8\", \"500m\" or \"16Gi\"");
}

TEST_CASE("amounts add up and never wrap") {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Amounts both = sum({{"cpu", 1}, {"memory", most}}, {{"memory", 5}, {"nvidia.com/gpu", 8}});
  CHECK(both == Amounts{{"cpu", 1}, {"memory", most}, {"nvidia.com/gpu", 8}});
  CHECK(larger({{"a", 1}, {"b", 5}}, {{"b", 3}, {"c", 2}}) == Amounts{{"a", 1}, {"b", 5}, {"c", 2}});
  CHECK(amount(both, "cpu") == 1);
  CHECK(amount(both, "pods") == 0);
}

TEST_CASE("GPUs of a replica are those of all its pods") {
  CHECK(gpus_of({}) == 0);
  CHECK(gpus_of({{{{{"cpu", 8000}, {"hugepages-2Mi", 9}, {"attachable-volumes-csi", 3}}, 1}}}) == 0);
  CHECK(gpus_of({{{{{"cpu", 8000}}, 1}}}) == 0);
  CHECK(gpus_of({{{{{"nvidia.com/gpu", 4}}, 1}, {{{"nvidia.com/gpu", 8}}, 3}}}) == 28);
  CHECK(gpus_of({{{{{"nvidia.com/mig-1g.10gb", 2}, {"nvidia.com/gpu", 1}}, 2}}}) == 6);
  for (const char* name :
       {"qualcomm.com/qaic", "huawei.com/Ascend910", "aws.amazon.com/neurondevice", "next.example/npu"})
    CHECK(gpus_of({{{{{name, 4}, {"cpu", 8000}}, 1}, {{{name, 8}}, 2}}}) == 20);
  CHECK(is_gpu("amd.com/gpu"));
  CHECK_FALSE(is_gpu("nvidia.com/nic"));
  CHECK_FALSE(is_gpu("gpu"));
}

TEST_CASE("which of several devices is the accelerator is said by its name or by the pool, else not known") {
  CHECK(gpus_in({{"nvidia.com/gpu", 8}, {"rdma/hca", 4}}) == 8);
  CHECK(gpus_in({{"huawei.com/Ascend910", 8}, {"rdma/hca", 4}}) == std::nullopt);
  CHECK(gpus_in({{"huawei.com/Ascend910", 8}, {"rdma/hca", 0}}) == 8);
  CHECK(gpus_in({{"huawei.com/Ascend910", 8}, {"rdma/hca", 4}}, "huawei.com/Ascend910") == 8);
  CHECK(gpus_in({{"rdma/hca", 4}, {"cpu", 8000}}, "huawei.com/Ascend910") == 4);
  CHECK(gpus_in({{"kubernetes.io/batch", 1}, {"x.kubernetes.io/y", 2}, {"requests.nvidia.com/gpu", 3}}) == 0);
  CHECK(gpus_of({{{{{"a.example/x", 1}}, 1}, {{{"b.example/y", 1}}, 1}}}) == std::nullopt);
}
