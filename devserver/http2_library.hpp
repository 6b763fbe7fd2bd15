// libnghttp2's functions, loaded on first use: only `--https` needs them. Private to devserver/.
#pragma once

#include <base/result.hpp>

#include <nghttp2/nghttp2.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace pyw::devserver {

/// Named and typed as the library has them, without `nghttp2_`.
struct Http2Library {
  decltype(&nghttp2_session_callbacks_new) session_callbacks_new;
  decltype(&nghttp2_session_callbacks_del) session_callbacks_del;
  decltype(&nghttp2_session_callbacks_set_on_begin_headers_callback) set_on_begin_headers;
  decltype(&nghttp2_session_callbacks_set_on_header_callback) set_on_header;
  decltype(&nghttp2_session_callbacks_set_on_frame_recv_callback) set_on_frame_recv;
  decltype(&nghttp2_session_callbacks_set_on_data_chunk_recv_callback) set_on_data_chunk_recv;
  decltype(&nghttp2_session_callbacks_set_on_stream_close_callback) set_on_stream_close;
  decltype(&nghttp2_option_new) option_new;
  decltype(&nghttp2_option_del) option_del;
  decltype(&nghttp2_option_set_no_auto_window_update) option_set_no_auto_window_update;
  decltype(&nghttp2_session_server_new2) session_server_new2;
  decltype(&nghttp2_session_del) session_del;
  decltype(&nghttp2_session_mem_recv) session_mem_recv;
  decltype(&nghttp2_session_mem_send) session_mem_send;
  decltype(&nghttp2_session_want_read) session_want_read;
  decltype(&nghttp2_session_want_write) session_want_write;
  decltype(&nghttp2_session_consume_connection) session_consume_connection;
  decltype(&nghttp2_session_consume_stream) session_consume_stream;
  decltype(&nghttp2_session_resume_data) session_resume_data;
  decltype(&nghttp2_session_get_last_proc_stream_id) session_get_last_proc_stream_id;
  decltype(&nghttp2_session_set_local_window_size) session_set_local_window_size;
  decltype(&nghttp2_submit_settings) submit_settings;
  decltype(&nghttp2_submit_response) submit_response;
  decltype(&nghttp2_submit_headers) submit_headers;
  decltype(&nghttp2_submit_rst_stream) submit_rst_stream;
  decltype(&nghttp2_submit_goaway) submit_goaway;
};

/// Fails when the system does not have the library.
[[nodiscard]] Result<const Http2Library*> http2_library();

} // namespace pyw::devserver
