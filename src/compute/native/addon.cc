// A Node addon whose loading registers the kernels with the TensorFlow that the process has already loaded.
#include <node_api.h>

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

NAPI_MODULE_INIT() {
  // Once a process: a worker thread that loads the addon again finds the ops there.
  static const bool registered = [] {
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
