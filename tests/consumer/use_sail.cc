// A picture into a file and back.
#include <sail/cvwrapper.h>

int main() {
  sail::Handle handle(0);
  sail::Bmcv bmcv(handle);
  vector<unsigned char> pixels(3 * 16 * 16, 77);
  sail::BMImage image(handle, pixels.data(), 16, 16, FORMAT_BGR_PACKED);
  const string name = string(getenv("TMPDIR") == nullptr ? "/tmp" : getenv("TMPDIR")) + "/use_sail.png";
  if (bmcv.imwrite(name, image) != 0) return 1;
  const sail::BMImage read = sail::Decoder(name).read(handle);
  cout << read.width() << " x " << read.height() << endl;
  return read.width() == 16 && read.height() == 16 ? 0 : 1;
}
