#include "overlays/ffmpeg/src/registry.h"

#include <unordered_map>

namespace bm::ffmpeg {
namespace {

struct Registry {
  Mutex mutex;
  // Closed ones stay until their addresses are used again.
  std::unordered_map<const AVCodecContext*, std::shared_ptr<Binding>> bindings ABSL_GUARDED_BY(mutex);
};

// Never destroyed: threads may decode while the process ends.
Registry& TheRegistry() {
  static Registry* const registry = new Registry;
  return *registry;
}

}  // namespace

std::shared_ptr<Binding> Bind(const AVCodecContext* context) {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  std::shared_ptr<Binding>& binding = registry.bindings[context];
  if (binding != nullptr) {
    MutexLock state(&binding->mutex);
    if (!binding->is_closed) return binding;
  }
  binding = std::make_shared<Binding>();
  return binding;
}

std::shared_ptr<Binding> FindBinding(const AVCodecContext* context) {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  const auto found = registry.bindings.find(context);
  return found == registry.bindings.end() ? nullptr : found->second;
}

bool Unbind(const AVCodecContext* context) {
  const std::shared_ptr<Binding> binding = FindBinding(context);
  if (binding == nullptr) return false;
  MutexLock lock(&binding->mutex);
  if (binding->is_closed) return false;
  binding->is_closed = true;
  binding->session.reset();
  return true;
}

void Forget(const AVCodecContext* context) {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  registry.bindings.erase(context);
}

}  // namespace bm::ffmpeg
