#include <devserver/session.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::devserver {

namespace {

using Candidate = DevState::Candidate;

// A queue tries a message four times unless told otherwise (max_retries: 3); one more.
constexpr int most_restarts = 5;

// The platform waits 2 s before it runs an alarm again and doubles that each time. Here the first two tries
// come at once: a queue tries a message again without waiting.
constexpr int deaths_without_wait = 2;
constexpr int most_doublings = 6; // up to a minute

std::chrono::seconds wait_after(int deaths) {
  if (deaths < deaths_without_wait) {
    return std::chrono::seconds(0);
  }
  return std::chrono::seconds(1 << std::min(deaths - deaths_without_wait, most_doublings));
}

class Stepper {
public:
  explicit Stepper(DevState state) : m_state(std::move(state)) {}

  void operator()(const Started&) { prepare_next(); }

  void operator()(const FilesChanged&) {
    if (m_state.stopping) {
      return;
    }
    m_state.restarts_left = 0;
    m_state.deaths = 0;
    if (m_state.candidate == Candidate::none) {
      emit(HoldRequests{});
      emit(StartSettleTimer{});
      m_state.candidate = Candidate::settling;
    } else if (m_state.candidate == Candidate::settling) {
      emit(StartSettleTimer{}); // starts anew
    } else {
      m_state.changed_again = true;
    }
  }

  void operator()(const Settled&) {
    if (m_state.candidate == Candidate::settling && !m_state.stopping) {
      prepare_next();
    }
  }

  void operator()(const Prepared& event) {
    if (!is_current(event.generation, Candidate::preparing)) {
      return;
    }
    if (m_state.changed_again) {
      prepare_next();
      return;
    }
    if (m_state.serving && event.identity.fingerprint == m_state.serving_fingerprint) {
      m_state.candidate = Candidate::none;
      emit(ReleaseToServing{});
      emit(AnnounceUnchanged{});
      return;
    }
    m_state.candidate_identity = event.identity;
    m_state.candidate = Candidate::starting;
    emit(StartWorker{event.generation});
  }

  void operator()(const PrepareFailed& event) {
    if (is_current(event.generation, Candidate::preparing)) {
      candidate_failed(event.error);
    }
  }

  void operator()(const WorkerReady& event) {
    if (!is_current(event.generation, Candidate::starting)) {
      return;
    }
    if (m_state.changed_again) { // what came up is out of date already
      emit(Kill{event.generation});
      prepare_next();
      return;
    }
    if (m_state.serving && m_state.candidate_identity.storage == Storage::exclusive) {
      drain_serving();
      m_state.candidate = Candidate::handing_over;
      return;
    }
    switch_over();
  }

  void operator()(const WorkerEnded& event) {
    const bool was_draining = std::erase(m_state.draining, event.generation) > 0;
    if (was_draining) {
      if (m_state.candidate == Candidate::handing_over && m_state.draining.empty()) {
        switch_over();
      }
    } else if (m_state.serving == event.generation) {
      serving_ended(event);
    } else if (is_current(event.generation, Candidate::starting) && event.start == Start::from_standby &&
               !event.explanation) {
      prepare_next(); // it died as the save came; the next one starts anew
    } else if (is_current(event.generation, Candidate::starting) && (event.never_ran || !event.explanation) &&
               !m_state.parts_checked) {
      // A damaged part of the runtime fails like this; code that cannot run has something to say.
      m_state.parts_checked = true;
      prepare_next(PartsCheck::thorough);
    } else if (is_current(event.generation, Candidate::starting) && m_state.restarts_left > 0) {
      // What ended the last one came back with the start: a message of a queue, an alarm. Each is given up in
      // time.
      --m_state.restarts_left;
      emit(Report{explanation_of(event)});
      prepare_next();
    } else if (is_current(event.generation, Candidate::starting)) {
      candidate_failed(explanation_of(event));
    } else if (is_current(event.generation, Candidate::handing_over)) {
      candidate_failed(user_error(fmt::format("workerd ended with {}", describe(event.exit))));
    }
    finish_if_stopped();
  }

  void operator()(const LivedOn& event) {
    if (m_state.serving == event.generation) {
      m_state.deaths = 0;
    }
  }

  void operator()(const RestartAsked&) {
    if (m_state.stopping || m_state.candidate != Candidate::none) {
      return;
    }
    m_state.serving_fingerprint.clear();
    m_state.deaths = 0;
    emit(HoldRequests{});
    prepare_next();
  }

  void operator()(const StopAsked&) {
    if (m_state.stopping) { // asked twice: no more patience
      for (const auto generation : m_state.draining) {
        emit(Kill{generation});
      }
      finish_if_stopped();
      return;
    }
    m_state.stopping = true;
    if (m_state.candidate == Candidate::starting || m_state.candidate == Candidate::handing_over) {
      emit(Kill{m_state.candidate_generation});
      m_state.draining.push_back(m_state.candidate_generation);
    }
    m_state.candidate = Candidate::none;
    drain_serving();
    finish_if_stopped();
  }

  [[nodiscard]] Step finish() && { return {std::move(m_state), std::move(m_effects)}; }

private:
  template <typename Effect>
  void emit(Effect effect) {
    m_effects.emplace_back(std::move(effect));
  }

  [[nodiscard]] bool is_current(Generation generation, Candidate stage) const {
    return !m_state.stopping && m_state.candidate == stage && m_state.candidate_generation == generation;
  }

  void prepare_next(PartsCheck check = PartsCheck::quick) {
    m_state.changed_again = false;
    m_state.candidate = Candidate::preparing;
    m_state.candidate_generation = ++m_state.last_generation;
    emit(Prepare{m_state.candidate_generation, check});
  }

  void switch_over() {
    const bool first = !m_state.was_ready;
    m_state.was_ready = true;
    m_state.parts_checked = false;
    m_state.restarts_left = 0;
    drain_serving();
    m_state.serving = m_state.candidate_generation;
    m_state.serving_fingerprint = m_state.candidate_identity.fingerprint;
    m_state.candidate = Candidate::none;
    emit(RouteTo{*m_state.serving});
    emit(AnnounceReady{*m_state.serving, first});
    emit(LetEventsIn{*m_state.serving, wait_after(m_state.deaths), m_state.deaths});
    follow_up();
  }

  [[nodiscard]] static Error explanation_of(const WorkerEnded& event) {
    return event.explanation.value_or(
        user_error(fmt::format("the Worker did not start: workerd ended with {}", describe(event.exit))));
  }

  void drain_serving() {
    if (m_state.serving) {
      m_state.draining.push_back(*m_state.serving);
      emit(Drain{*m_state.serving});
      m_state.serving.reset();
    }
  }

  void candidate_failed(const Error& error) {
    m_state.candidate = Candidate::none;
    if (m_state.changed_again) { // already mended, perhaps: the next attempt tells
      prepare_next();
      return;
    }
    emit(Report{error});
    if (m_state.serving) {
      emit(ReleaseToServing{});
    } else {
      emit(AnswerWithError{error});
    }
  }

  void serving_ended(const WorkerEnded& event) {
    m_state.serving.reset();
    m_state.serving_fingerprint.clear();
    if (m_state.stopping) {
      return;
    }
    emit(Report{event.explanation.value_or(
        user_error(fmt::format("workerd ended with {}; starting it again", describe(event.exit))))});
    emit(HoldRequests{});
    m_state.restarts_left = most_restarts;
    ++m_state.deaths;
    if (m_state.candidate == Candidate::none) {
      prepare_next();
    }
  }

  /// Changes that came while the candidate was handed over.
  void follow_up() {
    if (m_state.changed_again) {
      emit(HoldRequests{});
      prepare_next();
    }
  }

  void finish_if_stopped() {
    if (m_state.stopping && m_state.draining.empty() && !m_state.serving) {
      emit(Finish{});
    }
  }

  DevState m_state;
  std::vector<DevEffect> m_effects;
};

} // namespace

Step step(DevState state, const DevEvent& event) {
  Stepper stepper(std::move(state));
  std::visit(stepper, event);
  return std::move(stepper).finish();
}

} // namespace pyw::devserver
