// Drives one module from standard input: a line gives the input ports in hexadecimal, the answer is a line with the
// output ports that follow from them before the clock edge; the line "edge" is the edge. Written by Bitloom from template module_server.cpp.ftl.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "V${module}.h"
#include "verilated.h"

namespace {
int nibble(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

template <typename T> void put(T& port, const char* hex) { port = T(std::strtoull(hex, nullptr, 16)); }
template <std::size_t N> void put(VlWide<N>& port, const char* hex) {
  for (std::size_t i = 0; i < N; i++) port[i] = 0;
  std::size_t n = std::strlen(hex);
  for (std::size_t i = 0; i < n && i < N * 8; i++)
    port[i / 8] |= uint32_t(nibble(hex[n - 1 - i])) << (i % 8 * 4);
}
template <typename T> void get(const T& port, std::string& out) {
  char b[20];
  std::snprintf(b, sizeof b, "%llx ", (unsigned long long)port);
  out += b;
}
template <std::size_t N> void get(const VlWide<N>& port, std::string& out) {
  char b[12];
  for (std::size_t i = N; i-- > 0;) {
    std::snprintf(b, sizeof b, "%08x", port[i]);
    out += b;
  }
  out += ' ';
}
}  // namespace

int main() {
  V${module} top;
  static char line[1 << 20];
  while (std::fgets(line, sizeof line, stdin)) {
    if (!std::strcmp(line, "edge\n")) {
      top.clk_i = 1;
      top.eval();
      continue;
    }
    char* at = std::strtok(line, " \n");
<#list inputs as i>
    if (at) put(top.${i}, at);
    at = std::strtok(nullptr, " \n");
</#list>
    top.clk_i = 0;
    top.eval();
    std::string out;
<#list outputs as o>
    get(top.${o}, out);
</#list>
    out += '\n';
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
