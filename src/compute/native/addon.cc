// A Node addon whose loading registers the kernels with the TensorFlow that the process has already loaded.
#include <node_api.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace trade {
void RegisterAttention();
void RegisterBatchNorm();
void RegisterBiasActivation();
void RegisterChannels();
void RegisterConvolution();
void RegisterDepthwise();
void RegisterLayerNorm();
void RegisterPool();
void RegisterSoftTargets();
void RegisterViews();
void RegisterWeights();
}  // namespace trade

namespace {

// A step frees and takes the same megabytes again and again. By itself glibc hands them back to the system in between,
// now and then, and every page of them is then made anew: some processes ran at half speed, and some did not.
void KeepMemory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

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
    trade::RegisterLayerNorm();
    trade::RegisterPool();
    trade::RegisterSoftTargets();
    trade::RegisterViews();
    trade::RegisterWeights();
    return true;
  }();
  napi_value answer;
  napi_get_boolean(env, registered, &answer);
  return answer;
}
