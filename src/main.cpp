#include <commands/app.hpp>

int main(int argc, char** argv) {
  return pyw::commands::run_with_real_world(argc, argv);
}
