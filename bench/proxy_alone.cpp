// The proxy of `pyw dev` and nothing else, for bench/proxy.py: `proxy_alone PORT SOCKET` hands what comes to
// 127.0.0.1:PORT on to a Unix socket until it is ended.
#include <devserver/proxy.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  using namespace pyw;
  using namespace pyw::devserver;
  if (argc != 3) {
    std::fputs("usage: proxy_alone PORT SOCKET\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  EventLoop loop;
  ProxyOptions options;
  options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto proxy = Proxy::listen(loop, options, {});
  if (!proxy) {
    std::fputs(render(proxy.error()).c_str(), stderr);
    return 1;
  }
  (*proxy)->route_to(1, argv[2]);
  std::printf("%u\n", (*proxy)->port());
  std::fflush(stdout);
  const auto stop = loop.on_signals({SIGTERM, SIGINT}, [&loop](int) { loop.stop(); });
  loop.run();
  return 0;
}
