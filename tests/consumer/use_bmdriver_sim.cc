// The simulated card itself: an allocation in its first heap.
#include <cstdio>

#include "bmdriver_sim/driver/card.h"

int main() {
  const auto card = bm::driver::Card::Get(0);
  if (!card.ok()) return 1;
  const auto address = (*card)->Allocate(1, 4096);
  if (!address.ok()) return 1;
  std::printf("0x%llx\n", static_cast<unsigned long long>(*address));
  return (*card)->Free(*address).ok() ? 0 : 1;
}
