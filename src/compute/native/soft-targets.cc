// Cross-entropy with soft targets beside it, and its gradient, in one pass: Hinton et al. 2015.
//
// symbol   meaning                                                           shape
// z, v     logits of student and teacher (empty: labels alone)               [batch, classes]
// y        targets that sum to 1                                             [batch, classes]
// loss     mean of (1 - w) CE(y, softmax(z)) + w T^2 KL(softmax(v / T) || softmax(z / T)), in nats
// dz       ((1 - w) (softmax(z) - y) + w T (softmax(z / T) - softmax(v / T))) / batch
#include <cmath>

#include "kernel.h"

namespace trade {
namespace {

// log softmax(z / t)
void LogSoftmax(const float* logits, int64_t classes, double temperature, std::vector<double>& to) {
  double highest = -INFINITY;
  for (int64_t c = 0; c < classes; ++c) highest = logits[c] > highest ? logits[c] : highest;
  double sum = 0;
  for (int64_t c = 0; c < classes; ++c) sum += std::exp((logits[c] - highest) / temperature);
  const double shift = highest / temperature + std::log(sum);
  for (int64_t c = 0; c < classes; ++c) to[c] = logits[c] / temperature - shift;
}

class SoftTargetLoss {
 public:
  explicit SoftTargetLoss(Attributes& attributes)
      : temperature_(attributes.number("temperature")), weight_(attributes.number("weight")) {}

  void Compute(Call& call) {
    const Input logits = call.input(0), targets = call.input(1), teacher = call.input(2);
    const int64_t batch = logits.dim(0), classes = logits.dim(1);
    float* loss = call.output(0, {});
    float* slope = call.output(1, logits.shape());
    if (!loss || !slope) return;
    const bool soft = teacher.size() > 0;
    const double w = soft ? weight_ : 0, t = temperature_;
    std::vector<double> log(classes), student(classes), target(classes);
    double total = 0;
    for (int64_t row = 0; row < batch; ++row) {
      const float* y = targets.floats() + row * classes;
      float* to = slope + row * classes;
      LogSoftmax(logits.floats() + row * classes, classes, 1, log);
      if (soft) {
        LogSoftmax(logits.floats() + row * classes, classes, t, student);
        LogSoftmax(teacher.floats() + row * classes, classes, t, target);
      }
      for (int64_t c = 0; c < classes; ++c) {
        total -= (1 - w) * (y[c] == 0 ? 0 : y[c] * log[c]);
        double g = (1 - w) * (std::exp(log[c]) - y[c]);
        if (soft) {
          const double p = std::exp(target[c]);
          total += w * t * t * (p == 0 ? 0 : p * (target[c] - student[c]));
          g += w * t * (std::exp(student[c]) - p);
        }
        to[c] = static_cast<float>(g / batch);
      }
    }
    *loss = static_cast<float>(total / batch);
  }

 private:
  const double temperature_;
  const double weight_;
};

}  // namespace

void RegisterSoftTargets() {
  Register<SoftTargetLoss>("TradeSoftTargetLoss", {"logits: float", "targets: float", "teacher: float"},
                           {"loss: float", "dlogits: float"}, {"temperature: float", "weight: float"});
}

}  // namespace trade
