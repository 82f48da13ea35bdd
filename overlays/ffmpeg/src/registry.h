// The contexts that belong to codecs of the FFmpeg view. FFmpeg itself never opens them.
#ifndef OVERLAYS_FFMPEG_SRC_REGISTRY_H_
#define OVERLAYS_FFMPEG_SRC_REGISTRY_H_

#include <memory>

#include "base/mutex.h"
#include "overlays/ffmpeg/src/session.h"

namespace bm::ffmpeg {

// One context. Whoever holds a binding may find it closed: another thread freed the context in the meantime, which then
// must not be touched.
struct Binding {
  Mutex mutex;
  bool is_closed ABSL_GUARDED_BY(mutex) = false;
  // Null until the codec is opened.
  std::unique_ptr<Session> session ABSL_GUARDED_BY(mutex);
};

// The binding of a context that a codec of ours was chosen for, made on demand. Thread-safe, as all of these.
std::shared_ptr<Binding> Bind(const AVCodecContext* context);

// Null for contexts of other codecs. The closed binding for contexts that have been freed: programs free a context
// while another thread is about to use it.
std::shared_ptr<Binding> FindBinding(const AVCodecContext* context);

// Waits for the call at work and closes the binding. False if there is none that is open.
bool Unbind(const AVCodecContext* context);

// The address belongs to a new context.
void Forget(const AVCodecContext* context);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_REGISTRY_H_
