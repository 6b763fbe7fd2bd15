#include <base/file_lock.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>

using namespace pyw;

namespace {

constexpr std::chrono::milliseconds at_once{0};

TEST_CASE("a lock that somebody holds is refused, and given once it is free") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  {
    const auto held = FileLock::try_acquire(path, at_once);
    REQUIRE((held && *held));
    const auto refused = FileLock::try_acquire(path, std::chrono::milliseconds(20));
    REQUIRE(refused);
    CHECK_FALSE(*refused);
  }
  const auto held = FileLock::try_acquire(path, at_once);
  CHECK((held && *held));
}

TEST_CASE("a lock is waited for while a child of its dead holder has not yet become another program") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  std::array<int, 2> told{};
  REQUIRE(::pipe(told.data()) == 0);
  const auto holder = ::fork();
  if (holder == 0) {
    const auto lock = FileLock::try_acquire(path, at_once);
    if (::fork() == 0) { // ends after its parent, and has the lock until then
      ::usleep(100'000);
      ::_exit(0);
    }
    static_cast<void>(::write(told[1], lock && *lock ? "y" : "n", 1));
    ::_exit(0);
  }
  char answer = 0;
  REQUIRE(::read(told[0], &answer, 1) == 1);
  REQUIRE(answer == 'y');
  REQUIRE(::waitpid(holder, nullptr, 0) == holder);
  const auto lock = FileLock::try_acquire(path, std::chrono::seconds(60));
  CHECK((lock && *lock));
  ::close(told[0]);
  ::close(told[1]);
}

} // namespace
