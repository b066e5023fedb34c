// A TensorFlow op in C++ through the C API, which stays the same from release to release.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace trade {

// An input tensor for as long as its kernel runs.
class Input {
 public:
  Input(TF_OpKernelContext* context, int index, TF_Status* status) {
    TF_GetInput(context, index, &tensor_, status);
    data_ = TF_TensorData(tensor_);
    size_ = TF_TensorElementCount(tensor_);
  }
  Input(Input&& other) noexcept : tensor_(other.tensor_), data_(other.data_), size_(other.size_) {
    other.tensor_ = nullptr;
  }
  ~Input() {
    if (tensor_) TF_DeleteTensor(tensor_);
  }
  const float* floats() const { return static_cast<const float*>(data_); }
  const int32_t* ints() const { return static_cast<const int32_t*>(data_); }
  const uint8_t* bytes() const { return static_cast<const uint8_t*>(data_); }
  int rank() const { return TF_NumDims(tensor_); }
  int64_t dim(int axis) const { return TF_Dim(tensor_, axis < 0 ? axis + rank() : axis); }
  int64_t size() const { return size_; }
  std::vector<int64_t> shape() const {
    std::vector<int64_t> dims(rank());
    for (int axis = 0; axis < rank(); ++axis) dims[axis] = TF_Dim(tensor_, axis);
    return dims;
  }

 private:
  TF_Tensor* tensor_ = nullptr;
  const void* data_ = nullptr;
  int64_t size_ = 0;
};

// What a kernel sees of one call.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }
  Call(const Call&) = delete;

  int inputs() const { return TF_NumInputs(context_); }
  Input input(int index) { return Input(context_, index, status_); }

  // A fresh output; null when there is no memory, and then the call fails. An empty one is not
  // null, and not to be written.
  float* output(int index, const std::vector<int64_t>& shape) {
    static float nowhere;
    size_t bytes = sizeof(float);
    for (int64_t size : shape) bytes *= size;
    TF_Tensor* tensor =
        TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status_);
    if (TF_GetCode(status_) != TF_OK) return nullptr;
    float* data = static_cast<float*>(TF_TensorData(tensor));
    TF_DeleteTensor(tensor);  // the context holds it
    return bytes == 0 ? &nowhere : data;
  }

  void Fail(const char* message) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, message); }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
};

// Rows and columns.
struct Sides {
  int64_t height, width;
};

// Attributes of an op, read once when its kernel is made.
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction), status_(TF_NewStatus()) {}
  ~Attributes() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelConstruction_Failure(construction_, status_);
    TF_DeleteStatus(status_);
  }
  int32_t integer(const char* name) {
    int32_t value = 0;
    TF_OpKernelConstruction_GetAttrInt32(construction_, name, &value, status_);
    return value;
  }
  Sides sides(const char* rows, const char* columns) { return {integer(rows), integer(columns)}; }
  float number(const char* name) {
    float value = 0;
    TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status_);
    return value;
  }
  std::vector<int64_t> integers(const char* name) {
    int32_t length = 0;
    int32_t total = 0;
    TF_OpKernelConstruction_GetAttrSize(construction_, name, &length, &total, status_);
    std::vector<int64_t> values(length > 0 ? length : 0);
    if (length > 0) TF_OpKernelConstruction_GetAttrInt64List(construction_, name, values.data(), length, status_);
    return values;
  }

 private:
  TF_OpKernelConstruction* construction_;
  TF_Status* status_;
};

// All ops that were registered, each with what it takes and gives: what a program finds here that
// knows other sources. `kernel-sources.ts` reads the same out of these.
inline std::vector<std::string>& RegisteredOps() {
  static std::vector<std::string> ops;
  return ops;
}

inline std::string InBraces(std::initializer_list<const char*> parts) {
  std::string all = "{";
  for (const char* part : parts) all += (all.size() > 1 ? ", " : "") + std::string(part);
  return all + "}";
}

// Registers `Kernel`, which is made from Attributes and has `void Compute(Call&)`, for the CPU.
template <typename Kernel>
void Register(const char* name, std::initializer_list<const char*> inputs, std::initializer_list<const char*> outputs,
              std::initializer_list<const char*> attributes = {}) {
  RegisteredOps().push_back(name + InBraces(inputs) + InBraces(outputs) + InBraces(attributes));
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(
      definition, [](TF_ShapeInferenceContext* context, TF_Status* s) {
        TF_ShapeInferenceContextSetUnknownShape(context, s);
      });
  TF_RegisterOpDefinition(definition, status);
  TF_KernelBuilder* builder = TF_NewKernelBuilder(
      name, "CPU",
      [](TF_OpKernelConstruction* construction) -> void* {
        Attributes read(construction);
        return new Kernel(read);
      },
      [](void* kernel, TF_OpKernelContext* context) {
        Call call(context);
        static_cast<Kernel*>(kernel)->Compute(call);
      },
      [](void* kernel) { delete static_cast<Kernel*>(kernel); });
  TF_RegisterKernelBuilder(name, builder, status);
  TF_DeleteStatus(status);
}

}  // namespace trade
