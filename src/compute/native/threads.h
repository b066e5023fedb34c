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

// Shares loops out by parts. The parts of a loop are fixed, so that its sums repeat; who does them is not: whoever is awake
// takes the next one, and a thread that the system has put aside holds nobody up. One loop at a time: TensorFlow executes
// eager ops one after the other.
class Team {
 public:
  static Team& Get() {
    static Team* team = new Team(ThreadCount());  // never destroyed: its threads may outlive main
    return *team;
  }

  // The most parts that a loop has, for sums that each part keeps to itself.
  int parts() const { return size_ == 1 ? 1 : size_ * kPartsPerThread; }

  // Runs work(part) for each part below `parts`, and returns when all are done.
  void Run(int parts, const std::function<void(int)>& work) {
    work_ = &work;
    left_.store(parts, std::memory_order_relaxed);
    const uint64_t round = (ticket_.load(std::memory_order_relaxed) >> kRoundShift) + 1;
    ticket_.store(round << kRoundShift | static_cast<uint64_t>(parts) << kPartsShift, std::memory_order_seq_cst);
    if (sleepers_.load(std::memory_order_seq_cst) > 0) {
      // Whoever is about to sleep looks at the ticket once more under the same lock.
      { std::lock_guard<std::mutex> lock(mutex_); }
      wake_.notify_all();
    }
    while (TakePart()) {
    }
    // The last parts are at work elsewhere. Their thread may have been put aside: then it needs this core more than we do.
    for (int look = 0; left_.load(std::memory_order_acquire) > 0; ++look) {
      if (look < kLooks) Pause();
      else std::this_thread::yield();
    }
  }

 private:
  explicit Team(int size) : size_(size) {
    for (int thread = 1; thread < size; ++thread) std::thread([this] { Serve(); }).detach();
  }

  // Does the next part of the loop at hand; false where there is none left. A ticket names its round: one that was read
  // before the loop had ended takes nothing of the next loop.
  bool TakePart() {
    uint64_t ticket = ticket_.load(std::memory_order_acquire);
    for (;;) {
      const uint64_t part = ticket & kPartMask, parts = ticket >> kPartsShift & kPartMask;
      if (part >= parts) return false;
      if (ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
        (*work_)(static_cast<int>(part));
        left_.fetch_sub(1, std::memory_order_release);
        return true;
      }
    }
  }

  bool HasPart() const {
    const uint64_t ticket = ticket_.load(std::memory_order_seq_cst);
    return (ticket & kPartMask) < (ticket >> kPartsShift & kPartMask);
  }

  void Serve() {
    for (;;) {
      // A step is a dense row of short loops: looking out for the next one is cheaper than being woken.
      for (int look = 0; look < kLooks; ++look) {
        if (TakePart()) look = 0;
        else Pause();
      }
      std::unique_lock<std::mutex> lock(mutex_);
      sleepers_.fetch_add(1, std::memory_order_seq_cst);
      wake_.wait(lock, [&] { return HasPart(); });
      sleepers_.fetch_sub(1, std::memory_order_seq_cst);
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
  static constexpr int kPartsPerThread = 4;
  // A ticket: number of the loop, its parts, and the next part to take.
  static constexpr int kRoundShift = 32, kPartsShift = 16;
  static constexpr uint64_t kPartMask = 0xffff;
  const int size_;
  const std::function<void(int)>* work_ = nullptr;
  std::atomic<uint64_t> ticket_{0};
  std::atomic<int> left_{0};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

// Calls work(begin, end, part) on even shares of [0, count); small loops, of less than `grain` a part, stay on this thread.
// The shares depend on count and the number of threads alone, so that sums repeat.
template <typename Work>
void Share(int64_t count, int64_t grain, const Work& work) {
  Team& team = Team::Get();
  const int64_t parts = std::min<int64_t>(team.parts(), std::max<int64_t>(1, count / std::max<int64_t>(1, grain)));
  if (parts == 1) return work(int64_t{0}, count, 0);
  team.Run(static_cast<int>(parts), [&](int part) {
    work(count * part / parts, count * (part + 1) / parts, part);
  });
}

}  // namespace trade
