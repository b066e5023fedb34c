// A Node addon whose loading registers the kernels with the TensorFlow that the process has already
// loaded.
#include <node_api.h>

#include "kernel.h"
#include "vector.h"

#if defined(__GLIBC__)
#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#endif

namespace trade {
void RegisterAttention();
void RegisterBatchNorm();
void RegisterBiasActivation();
void RegisterChannels();
void RegisterConvolution();
void RegisterDepthwise();
void RegisterGru();
void RegisterLayerNorm();
void RegisterPool();
void RegisterSoftTargets();
void RegisterViews();
void RegisterWeights();
}  // namespace trade

namespace {

#if defined(__GLIBC__)
// Asks for pages of 2 MiB, of which the processor finds an address sooner, under the next half
// gigabyte of the heap. It is taken and given back untouched: addresses alone.
void UseLargePages() {
  constexpr uintptr_t kPage = 2 << 20, kHeap = 512 << 20;
  void* heap = std::malloc(kHeap);
  if (!heap) return;
  const uintptr_t first = (reinterpret_cast<uintptr_t>(heap) + kPage - 1) / kPage * kPage;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(heap) + kHeap) / kPage * kPage;
  madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
  std::free(heap);
}
#endif

// A step frees and takes the same megabytes again and again. By itself glibc hands them back to the
// system in between, now and then, and every page of them is then made anew: some processes ran at
// half speed, and some did not.
void KeepMemory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  UseLargePages();
#endif
}

// Hash of the sources that it is compiled from; set-up says it.
#ifndef TRADE_SOURCES
#define TRADE_SOURCES ""
#endif

}  // namespace

NAPI_MODULE_INIT() {
  // Once a process: a worker thread that loads the addon again finds the ops there.
  static const bool registered = [] {
    KeepMemory();
    trade::RegisterAttention();
    trade::RegisterBatchNorm();
    trade::RegisterBiasActivation();
    trade::RegisterChannels();
    trade::RegisterConvolution();
    trade::RegisterDepthwise();
    trade::RegisterGru();
    trade::RegisterLayerNorm();
    trade::RegisterPool();
    trade::RegisterSoftTargets();
    trade::RegisterViews();
    trade::RegisterWeights();
    return true;
  }();
  if (!registered) return exports;
  napi_value instructions, lanes, sources, ops;
  napi_create_string_utf8(env, trade::kInstructions, NAPI_AUTO_LENGTH, &instructions);
  napi_create_int32(env, trade::kLanes, &lanes);
  napi_set_named_property(env, exports, "instructions", instructions);
  napi_set_named_property(env, exports, "lanes", lanes);
  napi_create_string_utf8(env, TRADE_SOURCES, NAPI_AUTO_LENGTH, &sources);
  napi_set_named_property(env, exports, "sources", sources);
  napi_create_array(env, &ops);
  uint32_t place = 0;
  for (const std::string& op : trade::RegisteredOps()) {
    napi_value text;
    napi_create_string_utf8(env, op.c_str(), op.size(), &text);
    napi_set_element(env, ops, place++, text);
  }
  napi_set_named_property(env, exports, "ops", ops);
  return exports;
}
