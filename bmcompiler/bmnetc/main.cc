#include "bmcompiler/bmnetc/bmnetc.h"

int main(int argc, char** argv) { return bm::bmnetc::Main(argc, argv); }
