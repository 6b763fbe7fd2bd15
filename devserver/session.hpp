// The dev session as a pure state machine: step(state, event) -> {state, effects}, no I/O. The table of
// states is in docs/dev-server.md; the loop that does the effects is devserver/server.cpp.
#pragma once

#include <base/error.hpp>
#include <base/process.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace pyw::devserver {

/// One attempt to run the Worker: prepared (sync, bundle, config), started, serving, drained. Counts from 1.
using Generation = int;

/// Whether two generations may run at once. A Worker with local data (Durable Objects, KV, …) is handed over:
/// the old one has ended before the new one gets its first request.
enum class Storage { none, exclusive };

/// What a generation is made from; equal fingerprints mean the same Worker.
struct WorkerIdentity {
  std::string fingerprint;
  Storage storage = Storage::none;
};

/// How a generation came up: by a runtime of its own, or in the one that waited (devserver/standby.hpp).
enum class Start { anew, from_standby };

struct DevState {
  enum class Candidate { none, settling, preparing, starting, handing_over };

  std::optional<Generation> serving;
  std::string serving_fingerprint;
  Candidate candidate = Candidate::none;
  Generation candidate_generation = 0;
  WorkerIdentity candidate_identity = {};
  Generation last_generation = 0;
  std::vector<Generation> draining;
  bool changed_again = false; ///< files changed while a candidate was under way
  bool was_ready = false;     ///< some generation has served
  int deaths = 0;             ///< of Workers that served, one after the other, none of which lived on
  int restarts_left = 0;      ///< how often a start after a death may end before it serves
  bool parts_checked = false; ///< since the last start that succeeded, every byte of the runtime was checked
  bool stopping = false;
};

// --- Events ---
struct Started {}; ///< the session begins

struct FilesChanged {}; ///< something watched was saved

struct Settled {}; ///< no further change for the settle time

struct Prepared {
  Generation generation;
  WorkerIdentity identity;
};

struct PrepareFailed {
  Generation generation;
  Error error;
};

struct WorkerReady {
  Generation generation;
};

struct WorkerEnded {
  Generation generation;
  Exit exit;
  std::optional<Error> explanation;
  bool never_ran = false; ///< the program could not be started; `explanation` is the system's
  Start start = Start::anew;
};

struct LivedOn {
  Generation generation;
}; ///< it has served for a while, events included

struct RestartAsked {}; ///< a key, or workerd ended by itself

struct StopAsked {};

using DevEvent = std::variant<Started,
                              FilesChanged,
                              Settled,
                              Prepared,
                              PrepareFailed,
                              WorkerReady,
                              WorkerEnded,
                              LivedOn,
                              RestartAsked,
                              StopAsked>;

// --- Effects ---
struct StartSettleTimer {};

/// How well the parts of the runtime are looked at before a start.
enum class PartsCheck {
  quick,    ///< what costs nothing
  thorough, ///< every byte: a start has failed without a word
};

struct Prepare {
  Generation generation;
  PartsCheck check = PartsCheck::quick;
};

struct StartWorker {
  Generation generation;
};

struct HoldRequests {}; ///< new requests wait

struct RouteTo {
  Generation generation;
}; ///< and release those that wait

/// What happens by itself may run now, or after a while: a message that ends the Worker comes again at each
/// start, and the requests in between shall have a Worker that serves.
struct LetEventsIn {
  Generation generation;
  std::chrono::seconds after{0};
  int deaths = 0; ///< why they wait
};

struct ReleaseToServing {}; ///< the change came to nothing: go on with what serves

struct AnswerWithError {
  Error error;
}; ///< nothing serves: every request gets this

struct Drain {
  Generation generation;
}; ///< let it finish what it has, then end it

struct Kill {
  Generation generation;
};

struct AnnounceReady {
  Generation generation;
  bool first;
};

struct AnnounceUnchanged {};

struct Report {
  Error error;
};

struct Finish {}; ///< all is stopped

using DevEffect = std::variant<StartSettleTimer,
                               Prepare,
                               StartWorker,
                               HoldRequests,
                               RouteTo,
                               LetEventsIn,
                               ReleaseToServing,
                               AnswerWithError,
                               Drain,
                               Kill,
                               AnnounceReady,
                               AnnounceUnchanged,
                               Report,
                               Finish>;

struct Step {
  DevState state;
  std::vector<DevEffect> effects;
};

/// The whole behaviour of the session. Total: an event that does not fit the state changes nothing.
[[nodiscard]] Step step(DevState state, const DevEvent& event);

} // namespace pyw::devserver
