// Sorting and best-of-batch selection of single precision keys (bmcv_sort, bmcv_batch_topk). Equal keys stay in the
// order of the source; keys that are no numbers come last in either direction.
#include <algorithm>
#include <cmath>
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

enum class Order { kAscending, kDescending };

// The places of the first `count` keys in order. 0 <= count <= keys.size()
std::vector<int> FirstPlaces(absl::Span<const float> keys, int count, Order order) {
  std::vector<int> places(keys.size());
  std::iota(places.begin(), places.end(), 0);
  const auto before = [&](int a, int b) {
    const float x = keys[a], y = keys[b];
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) == std::isnan(y) ? a < b : std::isnan(y);
    if (x == y) return a < b;
    return order == Order::kAscending ? x < y : x > y;
  };
  std::nth_element(places.begin(), places.begin() + count, places.end(), before);
  std::sort(places.begin(), places.begin() + count, before);
  places.resize(count);
  return places;
}

struct SortArguments {
  bm_device_mem_t source_index, source_data, target_index, target_data;
  int data_count, sort_count, order;
  bool index_enable, auto_index;
};

absl::Status Sort(bm_handle_t handle, const SortArguments& sort) {
  if (sort.data_count < 1 || sort.sort_count < 1 || sort.sort_count > sort.data_count) {
    return absl::InvalidArgumentError(
        absl::StrFormat("sort_cnt is %d of data_cnt %d; 1 to data_cnt", sort.sort_count, sort.data_count));
  }
  if (sort.order != 0 && sort.order != 1) {
    return absl::InvalidArgumentError(absl::StrFormat("order is %d; 0 ascends, 1 descends", sort.order));
  }
  const bool read_indexes = sort.index_enable && !sort.auto_index;
  ASSIGN_OR_RETURN(const absl::Span<const float> keys,
                   InputTensor<float>(handle, sort.source_data, sort.data_count, "src_data_addr"));
  absl::Span<const int> indexes;
  if (read_indexes) {
    ASSIGN_OR_RETURN(indexes, InputTensor<int>(handle, sort.source_index, sort.data_count, "src_index_addr"));
  }
  ASSIGN_OR_RETURN(const OutputTensor<float> sorted,
                   OutputTensor<float>::Open(handle, sort.target_data, sort.sort_count, "dst_data_addr"));
  // The target may be the source: everything is read before anything is written.
  std::vector<int> places =
      FirstPlaces(keys, sort.sort_count, sort.order == 0 ? Order::kAscending : Order::kDescending);
  std::vector<float> values;
  for (const int place : places) values.push_back(keys[place]);
  if (read_indexes) {
    for (int& place : places) place = indexes[place];
  }
  if (sort.index_enable) {
    ASSIGN_OR_RETURN(const OutputTensor<int> target,
                     OutputTensor<int>::Open(handle, sort.target_index, sort.sort_count, "dst_index_addr"));
    std::copy(places.begin(), places.end(), target.span().begin());
  }
  std::copy(values.begin(), values.end(), sorted.span().begin());
  return absl::OkStatus();
}

struct TopkArguments {
  bm_device_mem_t source_data, source_index, target_data, target_index;
  bool index_valid;
  int k, batch;
  const int* counts;
  bool same_count;
  int stride;  // elements
  bool descending;

  int count(int b) const { return counts[same_count ? 0 : b]; }
};

absl::Status CheckTopk(const TopkArguments& topk) {
  if (topk.k < 1 || topk.batch < 1) {
    return absl::InvalidArgumentError(absl::StrFormat("k is %d and batch %d; both are positive", topk.k, topk.batch));
  }
  if (topk.counts == nullptr) return absl::InvalidArgumentError("per_batch_cnt is null");
  for (int b = 0; b < (topk.same_count ? 1 : topk.batch); ++b) {
    if (topk.count(b) < topk.k) {
      return absl::InvalidArgumentError(
          absl::StrFormat("batch %d has %d elements; at least k = %d", b, topk.count(b), topk.k));
    }
  }
  if (topk.batch > 1 && topk.stride < 0) {
    return absl::InvalidArgumentError(absl::StrFormat("src_batch_stride is %d", topk.stride));
  }
  return absl::OkStatus();
}

absl::Status Topk(bm_handle_t handle, const TopkArguments& topk) {
  RETURN_IF_ERROR(CheckTopk(topk));
  uint64_t extent = 0;
  for (int b = 0; b < topk.batch; ++b) {
    extent = std::max(extent, static_cast<uint64_t>(b) * topk.stride + topk.count(b));
  }
  ASSIGN_OR_RETURN(const absl::Span<const float> keys,
                   InputTensor<float>(handle, topk.source_data, extent, "src_data_addr"));
  absl::Span<const int> indexes;
  if (topk.index_valid) {
    ASSIGN_OR_RETURN(indexes, InputTensor<int>(handle, topk.source_index, extent, "src_index_addr"));
  }
  const uint64_t results = static_cast<uint64_t>(topk.batch) * topk.k;
  ASSIGN_OR_RETURN(const OutputTensor<float> values,
                   OutputTensor<float>::Open(handle, topk.target_data, results, "dst_data_addr"));
  ASSIGN_OR_RETURN(const OutputTensor<int> places,
                   OutputTensor<int>::Open(handle, topk.target_index, results, "dst_index_addr"));
  // The targets may be the sources: everything is read before anything is written.
  std::vector<float> best;
  std::vector<int> labels;
  for (int b = 0; b < topk.batch; ++b) {
    const size_t start = static_cast<size_t>(b) * topk.stride;
    const absl::Span<const float> row = keys.subspan(start, topk.count(b));
    for (const int place : FirstPlaces(row, topk.k, topk.descending ? Order::kDescending : Order::kAscending)) {
      best.push_back(row[place]);
      labels.push_back(topk.index_valid ? indexes[start + place] : place);
    }
  }
  std::copy(best.begin(), best.end(), values.span().begin());
  std::copy(labels.begin(), labels.end(), places.span().begin());
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_sort(bm_handle_t handle, bm_device_mem_t src_index_addr, bm_device_mem_t src_data_addr, int data_cnt,
                      bm_device_mem_t dst_index_addr, bm_device_mem_t dst_data_addr, int sort_cnt, int order,
                      bool index_enable, bool auto_index) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::Sort(handle, {src_index_addr, src_data_addr, dst_index_addr, dst_data_addr, data_cnt, sort_cnt,
                                 order, index_enable, auto_index});
  });
}

bm_status_t bmcv_batch_topk(bm_handle_t handle, bm_device_mem_t src_data_addr, bm_device_mem_t src_index_addr,
                            bm_device_mem_t dst_data_addr, bm_device_mem_t dst_index_addr,
                            bm_device_mem_t /*buffer_addr*/, bool src_index_valid, int k, int batch, int* per_batch_cnt,
                            bool same_batch_cnt, int src_batch_stride, bool descending) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::Topk(handle, {src_data_addr, src_index_addr, dst_data_addr, dst_index_addr, src_index_valid, k,
                                 batch, per_batch_cnt, same_batch_cnt, src_batch_stride, descending});
  });
}

}  // extern "C"
