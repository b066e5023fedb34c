// A few threads that share loops. TensorFlow's own pool is out of reach of kernels registered through its C API.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace trade {

// Threads of the whole process: TF_NUM_INTRAOP_THREADS, as for TensorFlow's kernels.
inline int ThreadCount() {
  static const int count = [] {
    const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int number = asked ? std::atoi(asked) : 0;
    return number > 0 ? number : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }();
  return count;
}

// One loop at a time: TensorFlow executes eager ops one after the other.
class Team {
 public:
  static Team& Get() {
    static Team* team = new Team(ThreadCount());  // never destroyed: its threads may outlive main
    return *team;
  }

  int size() const { return size_; }

  // Runs work(part) for each part below size(), and returns when all are done.
  void Run(const std::function<void(int)>& work) {
    if (size_ == 1) return work(0);
    work_ = &work;
    pending_.store(size_ - 1, std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      round_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    work(0);
    while (pending_.load(std::memory_order_acquire) > 0) Pause();
  }

 private:
  explicit Team(int size) : size_(size) {
    for (int part = 1; part < size; ++part) std::thread([this, part] { Serve(part); }).detach();
  }

  void Serve(int part) {
    uint64_t seen = 0;
    for (;;) {
      // A step is a dense row of short loops: looking out for the next one is cheaper than being woken.
      for (int look = 0; look < kLooks && round_.load(std::memory_order_acquire) == seen; ++look) Pause();
      if (round_.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return round_.load(std::memory_order_relaxed) != seen; });
      }
      seen = round_.load(std::memory_order_acquire);
      (*work_)(part);
      pending_.fetch_sub(1, std::memory_order_release);
    }
  }

  static void Pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
  }

  static constexpr int kLooks = 2000;
  const int size_;
  const std::function<void(int)>* work_ = nullptr;
  std::atomic<uint64_t> round_{0};
  std::atomic<int> pending_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

// Calls work(begin, end, part) on even shares of [0, count); small loops, of less than `grain` a thread, stay on this one.
// The shares depend on count and the number of threads alone, so that sums repeat.
template <typename Work>
void Share(int64_t count, int64_t grain, const Work& work) {
  Team& team = Team::Get();
  const int64_t parts = std::min<int64_t>(team.size(), std::max<int64_t>(1, count / std::max<int64_t>(1, grain)));
  if (parts == 1) return work(int64_t{0}, count, 0);
  team.Run([&](int part) {
    if (part >= parts) return;
    work(count * part / parts, count * (part + 1) / parts, part);
  });
}

}  // namespace trade
