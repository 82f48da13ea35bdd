// Looking features up in a database laid out [feature][entry] (bmcv_feature_match, bmcv_feature_match_normalized).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kMostBatches = 10, kMostFeatures = 4096, kMostEntries = 500000, kMostResults = 30;

// The extents of a lookup: `batch` queries of `features` values against `entries` entries.
struct Lookup {
  int batch, features, entries;
};

absl::Status CheckLookup(const Lookup& lookup) {
  const struct {
    const char* name;
    int value, most;
  } rows[] = {{"batch_size", lookup.batch, kMostBatches},
              {"feature_size", lookup.features, kMostFeatures},
              {"db_size", lookup.entries, kMostEntries}};
  for (const auto& row : rows) {
    if (row.value < 1 || row.value > row.most) {
      return absl::InvalidArgumentError(absl::StrFormat("%s is %d; 1 to %d", row.name, row.value, row.most));
    }
  }
  return absl::OkStatus();
}

// The dot product of one query with every entry.
template <typename Sum, typename T>
std::vector<Sum> DotProducts(const T* query, const T* database, const Lookup& lookup) {
  std::vector<Sum> sums(lookup.entries);
  for (int f = 0; f < lookup.features; ++f) {
    const Sum factor = query[f];
    const T* const row = database + static_cast<size_t>(f) * lookup.entries;
    for (int entry = 0; entry < lookup.entries; ++entry) sums[entry] += factor * static_cast<Sum>(row[entry]);
  }
  return sums;
}

// Saturates to 16 bits, then shifts right with rounding.
int16_t Similarity(int32_t sum, int shift) {
  const int32_t saturated = std::clamp(sum, INT16_MIN, INT16_MAX);
  return static_cast<int16_t>(shift == 0 ? saturated : ((saturated >> (shift - 1)) + 1) >> 1);
}

struct MatchArguments {
  bm_device_mem_t input, database, similarity, index;
  Lookup lookup;
  int results, shift;
};

absl::Status Match(bm_handle_t handle, const MatchArguments& match) {
  const Lookup& lookup = match.lookup;
  RETURN_IF_ERROR(CheckLookup(lookup));
  if (match.results < 1 || match.results > std::min(kMostResults, lookup.entries)) {
    return absl::InvalidArgumentError(absl::StrFormat("sort_cnt is %d of %d entries; 1 to %d", match.results,
                                                      lookup.entries, std::min(kMostResults, lookup.entries)));
  }
  if (match.shift < 0 || match.shift > 31) {
    return absl::InvalidArgumentError(absl::StrFormat("rshiftbits is %d; 0 to 31", match.shift));
  }
  const size_t batch = lookup.batch, features = lookup.features, entries = lookup.entries, results = match.results;
  ASSIGN_OR_RETURN(const absl::Span<const int8_t> queries,
                   InputTensor<int8_t>(handle, match.input, batch * features, "input_data"));
  ASSIGN_OR_RETURN(const absl::Span<const int8_t> database,
                   InputTensor<int8_t>(handle, match.database, features * entries, "db_data"));
  ASSIGN_OR_RETURN(const OutputTensor<int16_t> similarities,
                   OutputTensor<int16_t>::Open(handle, match.similarity, batch * results, "output_similarity"));
  ASSIGN_OR_RETURN(const OutputTensor<int> indexes,
                   OutputTensor<int>::Open(handle, match.index, batch * results, "output_index"));
  for (size_t b = 0; b < batch; ++b) {
    std::vector<int32_t> values = DotProducts<int32_t>(&queries[b * features], database.data(), lookup);
    for (int32_t& value : values) value = Similarity(value, match.shift);
    std::vector<int> places(entries);
    std::iota(places.begin(), places.end(), 0);
    // Of equal entries the first one is the better one.
    std::partial_sort(places.begin(), places.begin() + results, places.end(),
                      [&](int x, int y) { return values[x] == values[y] ? x < y : values[x] > values[y]; });
    for (size_t i = 0; i < results; ++i) {
      similarities.span()[b * results + i] = static_cast<int16_t>(values[places[i]]);
      indexes.span()[b * results + i] = places[i];
    }
  }
  return absl::OkStatus();
}

struct NormalizedMatchArguments {
  bm_device_mem_t input, database, inverse_norms, similarity, index;
  Lookup lookup;
};

// The best cosine similarity of every query.
absl::Status MatchNormalized(bm_handle_t handle, const NormalizedMatchArguments& match) {
  const Lookup& lookup = match.lookup;
  RETURN_IF_ERROR(CheckLookup(lookup));
  const size_t batch = lookup.batch, features = lookup.features, entries = lookup.entries;
  ASSIGN_OR_RETURN(const absl::Span<const float> queries,
                   InputTensor<float>(handle, match.input, batch * features, "input_data"));
  ASSIGN_OR_RETURN(const absl::Span<const float> database,
                   InputTensor<float>(handle, match.database, features * entries, "db_data"));
  ASSIGN_OR_RETURN(const absl::Span<const float> inverse_norms,
                   InputTensor<float>(handle, match.inverse_norms, entries, "db_feature"));
  ASSIGN_OR_RETURN(const OutputTensor<float> similarities,
                   OutputTensor<float>::Open(handle, match.similarity, batch, "output_similarity"));
  ASSIGN_OR_RETURN(const OutputTensor<int> indexes,
                   OutputTensor<int>::Open(handle, match.index, batch, "output_index"));
  for (size_t b = 0; b < batch; ++b) {
    const float* const query = &queries[b * features];
    const double square = std::inner_product(query, query + features, query, 0.0);
    const float inverse_norm = square > 0 ? static_cast<float>(1 / std::sqrt(square)) : 0;
    std::vector<float> values = DotProducts<float>(query, database.data(), lookup);
    for (size_t entry = 0; entry < entries; ++entry) values[entry] *= inverse_norms[entry] * inverse_norm;
    const auto best = std::max_element(values.begin(), values.end());
    similarities.span()[b] = *best;
    indexes.span()[b] = static_cast<int>(best - values.begin());
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_feature_match(bm_handle_t handle, bm_device_mem_t input_data_global_addr,
                               bm_device_mem_t db_data_global_addr, bm_device_mem_t output_similarity_global_addr,
                               bm_device_mem_t output_index_global_addr, int batch_size, int feature_size, int db_size,
                               int sort_cnt, int rshiftbits) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    return bm::cv::Match(handle, {input_data_global_addr,
                                  db_data_global_addr,
                                  output_similarity_global_addr,
                                  output_index_global_addr,
                                  {batch_size, feature_size, db_size},
                                  sort_cnt,
                                  rshiftbits});
  });
}

bm_status_t bmcv_feature_match_normalized(bm_handle_t handle, bm_device_mem_t input_data_global_addr,
                                          bm_device_mem_t db_data_global_addr, bm_device_mem_t db_feature_global_addr,
                                          bm_device_mem_t output_similarity_global_addr,
                                          bm_device_mem_t output_index_global_addr, int batch_size, int feature_size,
                                          int db_size) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    return bm::cv::MatchNormalized(handle, {input_data_global_addr,
                                            db_data_global_addr,
                                            db_feature_global_addr,
                                            output_similarity_global_addr,
                                            output_index_global_addr,
                                            {batch_size, feature_size, db_size}});
  });
}

}  // extern "C"
