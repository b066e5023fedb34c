// A few threads that share loops. TensorFlow's own pool is out of reach of kernels registered
// through its C API.
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

// Shares loops out by parts. The parts of a loop are fixed, so that its sums repeat; who does them
// is not. Each thread begins with the parts whose data it wrote in the loops before, as they are in
// its own cache, and then helps the others: a thread that the system has put aside holds nobody up.
// One loop at a time: TensorFlow executes eager ops one after the other.
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
    round_ += 1;
    for (int thread = 0; thread < size_; ++thread) {
      const uint64_t first = parts * thread / size_, end = parts * (thread + 1) / size_;
      queues_[thread].ticket.store(round_ << kRoundShift | end << kEndShift | first, std::memory_order_seq_cst);
    }
    if (sleepers_.load(std::memory_order_seq_cst) > 0) {
      // Whoever is about to sleep looks at the tickets once more under the same lock.
      { std::lock_guard<std::mutex> lock(mutex_); }
      wake_.notify_all();
    }
    TakeParts(0);
    // The last parts are at work elsewhere. Their thread may have been put aside: then it needs
    // this core more than we do.
    for (int look = 0; left_.load(std::memory_order_acquire) > 0; ++look) {
      if (look < kLooks) Pause();
      else std::this_thread::yield();
    }
  }

 private:
  // The parts that a thread begins with. On a line of its own: each thread writes to its own queue
  // while there is one.
  struct alignas(64) Queue {
    // Number of the loop, the end of its parts, and the next part to take.
    std::atomic<uint64_t> ticket{0};
  };

  explicit Team(int size) : size_(size), queues_(size) {
    for (int thread = 1; thread < size; ++thread) std::thread([this, thread] { Serve(thread); }).detach();
  }

  static bool HasPart(uint64_t ticket) { return (ticket & kPartMask) < (ticket >> kEndShift & kPartMask); }

  // Does what is left of a queue; false where nothing is. A ticket names its loop: one that was
  // read before the loop had ended takes nothing of the next.
  bool TakeFrom(Queue& queue) {
    bool took = false;
    std::atomic<uint64_t>& next = queue.ticket;
    uint64_t ticket = next.load(std::memory_order_acquire);
    while (HasPart(ticket)) {
      if (next.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
        (*work_)(static_cast<int>(ticket & kPartMask));
        left_.fetch_sub(1, std::memory_order_release);
        took = true;
        ticket = next.load(std::memory_order_acquire);
      }
    }
    return took;
  }

  // First a thread's own parts, then those of the next ones; false where there were none.
  bool TakeParts(int thread) {
    bool took = false;
    for (int i = 0; i < size_; ++i) took |= TakeFrom(queues_[(thread + i) % size_]);
    return took;
  }

  bool HasParts() const {
    return std::any_of(queues_.begin(), queues_.end(),
                       [](const Queue& queue) { return HasPart(queue.ticket.load(std::memory_order_seq_cst)); });
  }

  void Serve(int thread) {
    for (;;) {
      // A step is a dense row of short loops: looking out for the next one is cheaper than being
      // woken.
      for (int look = 0; look < kLooks; ++look) {
        if (TakeParts(thread)) look = 0;
        else Pause();
      }
      std::unique_lock<std::mutex> lock(mutex_);
      sleepers_.fetch_add(1, std::memory_order_seq_cst);
      wake_.wait(lock, [&] { return HasParts(); });
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
  static constexpr int kRoundShift = 32, kEndShift = 16;
  static constexpr uint64_t kPartMask = 0xffff;
  const int size_;
  std::vector<Queue> queues_;
  const std::function<void(int)>* work_ = nullptr;
  uint64_t round_ = 0;
  std::atomic<int> left_{0};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

// Calls work(begin, end, part) on even shares of [0, count); small loops, of less than `grain` a
// part, stay on this thread. The shares depend on count and the number of threads alone, so that
// sums repeat.
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
