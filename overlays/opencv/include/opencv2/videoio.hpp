// Reading and writing videos in device memory.
//
//   cv::VideoCapture capture("in.mp4", cv::CAP_ANY, 0);
//   capture.set(cv::CAP_PROP_OUTPUT_YUV, PROP_TRUE);
//   cv::Mat frame;
//   while (capture.read(frame)) ...                        // frame.avOK()
//
//   cv::VideoWriter writer("out.mp4", cv::VideoWriter::fourcc('H', '2', '6', '4'), 25, size, "gop=30:bitrate=800",
//   true,
//                          0);
//   writer.write(frame);
#ifndef BMNNSDK_OPENCV_VIDEOIO_HPP_
#define BMNNSDK_OPENCV_VIDEOIO_HPP_

#include <memory>

#include "opencv2/core.hpp"

// The classes below take these names' place.
#define VideoCapture bmnnsdk_stock_VideoCapture
#define VideoWriter bmnnsdk_stock_VideoWriter
#if __has_include_next(<opencv2/videoio.hpp>)
#include_next <opencv2/videoio.hpp>
#else
#include <stock/opencv2/videoio.hpp>
#endif
#undef VideoCapture
#undef VideoWriter

#define PROP_TRUE 1.0
#define PROP_FALSE 0.0

// Of the FFmpeg view.
union RoiField;

namespace cv {

// OpenCV's own definitions of these names stay what they are for its libraries.
inline namespace bm1684 {

enum SophonCaptureProperties {
  // 0 closed, 1 open, 2 at the end.
  CAP_PROP_STATUS = 71,
  // Of the last frame, in units of the stream: decoding and presentation timestamp; -1 without one.
  CAP_PROP_TIMESTAMP = 72,
  CAP_PROP_POS_PTS = 73,
  // PROP_TRUE: frames are YUV420P matrices of AVFrames; PROP_FALSE: BGR. May change at any time.
  CAP_PROP_OUTPUT_YUV = 20000,
  // The part of the frames that is kept, 0 to 1: frame n if round(n * ratio) differs from round((n - 1) * ratio).
  CAP_PROP_OUTPUT_SRC = 20001,
};

// A file or a stream, decoded into the memory of one card; CAP_PROP_FRAME_WIDTH and CAP_PROP_FRAME_HEIGHT may be set to
// have frames scaled, CAP_PROP_POS_FRAMES and CAP_PROP_POS_MSEC to seek. OPENCV_FFMPEG_CAPTURE_OPTIONS
// ("key;value|...") in the environment holds options of the demuxer. Cameras by index, and sources for which another
// API than CAP_ANY and CAP_FFMPEG is named, are OpenCV's doing: without device decoding and the properties above.
//
// Not thread-safe; different objects may be used at the same time.
class CV_EXPORTS VideoCapture {
 public:
  VideoCapture();
  explicit VideoCapture(const String& filename, int apiPreference = CAP_ANY, int id = 0);
  VideoCapture(const String& filename, int apiPreference, const std::vector<int>& params);
  explicit VideoCapture(int index, int apiPreference = CAP_ANY);
  VideoCapture(int index, int apiPreference, const std::vector<int>& params);
  virtual ~VideoCapture();

  // Closes what was open. False, and a line in the log that names the reason, if it cannot be opened. `params`: pairs
  // of properties and values.
  virtual bool open(const String& filename, int apiPreference = CAP_ANY, int id = 0);
  virtual bool open(const String& filename, int apiPreference, const std::vector<int>& params);
  virtual bool open(int index, int apiPreference = CAP_ANY);
  virtual bool open(int index, int apiPreference, const std::vector<int>& params);
  virtual bool isOpened() const;
  virtual void release();

  // The next frame; false at the end or when the source fails.
  virtual bool grab();
  // The frame that grab fetched; false and an empty matrix without one.
  virtual bool retrieve(OutputArray image, int flag = 0);
  virtual bool read(OutputArray image);
  virtual VideoCapture& operator>>(Mat& image);
  virtual VideoCapture& operator>>(UMat& image);

  // False for a property or a value that cannot be set.
  virtual bool set(int propId, double value);
  // 0 for one that is not known.
  virtual double get(int propId) const;
  String getBackendName() const;
  // Whether a failing open, grab or retrieve throws cv::Exception.
  void setExceptionMode(bool enable);
  bool getExceptionMode();

 private:
  struct Impl;
  bool Answer(bool ok, const char* function) const;

  std::shared_ptr<Impl> impl_;
};

struct CV_RoiInfo {
  int numbers;
  RoiField* field;
};

// A file, a stream (rtsp:// over TCP, rtmp://) or, with an empty name, memory. H264, X264, avc1, and hvc1, hev1, HEVC,
// H265 are encoded here; other codes are OpenCV's doing, where encodeParams and memory are refused.
//
// encodeParams: "key=value:key=value" of gop (frames from one key frame to the next), gop_preset (1..8), bitrate
// (kbit/s), qp (0..51); bg, nr, deblock, preset, mb-rc, delta-qp, min-qp, max-qp, weightp, roi_enable are accepted
// without effect. Underscores and hyphens are the same.
//
// Not thread-safe; different objects may be used at the same time.
class CV_EXPORTS VideoWriter {
 public:
  VideoWriter();
  VideoWriter(const String& filename, int fourcc, double fps, Size frameSize, bool isColor = true);
  VideoWriter(const String& filename, int apiPreference, int fourcc, double fps, Size frameSize, bool isColor = true);
  VideoWriter(const String& filename, int fourcc, double fps, const Size& frameSize, const std::vector<int>& params);
  VideoWriter(const String& filename, int apiPreference, int fourcc, double fps, const Size& frameSize,
              const std::vector<int>& params);
  VideoWriter(const String& filename, int fourcc, double fps, Size frameSize, const String& encodeParams,
              bool isColor = true, int id = 0);
  VideoWriter(const String& filename, int fourcc, double fps, Size frameSize, const char* encodeParams,
              bool isColor = true, int id = 0);
  virtual ~VideoWriter();

  // Closes what was open. False, and a line in the log that names the reason, if it cannot be opened.
  virtual bool open(const String& filename, int fourcc, double fps, Size frameSize, bool isColor = true);
  bool open(const String& filename, int apiPreference, int fourcc, double fps, Size frameSize, bool isColor = true);
  bool open(const String& filename, int fourcc, double fps, const Size& frameSize, const std::vector<int>& params);
  bool open(const String& filename, int apiPreference, int fourcc, double fps, const Size& frameSize,
            const std::vector<int>& params);
  bool open(const String& filename, int fourcc, double fps, Size frameSize, const String& encodeParams,
            bool isColor = true, int id = 0);
  // A text would otherwise be taken for isColor.
  bool open(const String& filename, int fourcc, double fps, Size frameSize, const char* encodeParams,
            bool isColor = true, int id = 0);
  virtual bool isOpened() const;
  // Writes what is still to come.
  virtual void release();

  // A CV_8UC3 matrix, with isColor false a CV_8UC1, or one of an AVFrame, of the frame size. What does not fit is left
  // out after a line in the log.
  virtual void write(InputArray image);
  // Memory output: *len bytes of Annex B at `data`, which must have room; 0 while the encoder has taken in more than it
  // gave. An empty image asks for what remains. `roi` has no effect.
  bool write(InputArray image, char* data, int* len, CV_RoiInfo* roi = NULL);
  virtual VideoWriter& operator<<(const Mat& image);
  virtual VideoWriter& operator<<(const UMat& image);

  virtual bool set(int propId, double value);
  virtual double get(int propId) const;
  static int fourcc(char c1, char c2, char c3, char c4);
  String getBackendName() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace bm1684
}  // namespace cv

#endif  // BMNNSDK_OPENCV_VIDEOIO_HPP_
