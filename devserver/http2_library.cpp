#include <base/lazy_library.hpp>
#include <devserver/http2_library.hpp>

namespace pyw::devserver {

namespace {

#define PYW_BIND(member, function) PYW_TRY(library.bind(http2.member, #function))

Result<Http2Library> load() {
  PYW_TRY_ASSIGN(const auto library,
                 LazyLibrary::open({"libnghttp2.so.14", "libnghttp2.14.dylib"}, "libnghttp2-14"));
  Http2Library http2{};
  PYW_BIND(session_callbacks_new, nghttp2_session_callbacks_new);
  PYW_BIND(session_callbacks_del, nghttp2_session_callbacks_del);
  PYW_BIND(set_on_begin_headers, nghttp2_session_callbacks_set_on_begin_headers_callback);
  PYW_BIND(set_on_header, nghttp2_session_callbacks_set_on_header_callback);
  PYW_BIND(set_on_frame_recv, nghttp2_session_callbacks_set_on_frame_recv_callback);
  PYW_BIND(set_on_data_chunk_recv, nghttp2_session_callbacks_set_on_data_chunk_recv_callback);
  PYW_BIND(set_on_stream_close, nghttp2_session_callbacks_set_on_stream_close_callback);
  PYW_BIND(option_new, nghttp2_option_new);
  PYW_BIND(option_del, nghttp2_option_del);
  PYW_BIND(option_set_no_auto_window_update, nghttp2_option_set_no_auto_window_update);
  PYW_BIND(session_server_new2, nghttp2_session_server_new2);
  PYW_BIND(session_del, nghttp2_session_del);
  PYW_BIND(session_mem_recv, nghttp2_session_mem_recv);
  PYW_BIND(session_mem_send, nghttp2_session_mem_send);
  PYW_BIND(session_want_read, nghttp2_session_want_read);
  PYW_BIND(session_want_write, nghttp2_session_want_write);
  PYW_BIND(session_consume_connection, nghttp2_session_consume_connection);
  PYW_BIND(session_consume_stream, nghttp2_session_consume_stream);
  PYW_BIND(session_resume_data, nghttp2_session_resume_data);
  PYW_BIND(session_get_last_proc_stream_id, nghttp2_session_get_last_proc_stream_id);
  PYW_BIND(session_set_local_window_size, nghttp2_session_set_local_window_size);
  PYW_BIND(submit_settings, nghttp2_submit_settings);
  PYW_BIND(submit_response, nghttp2_submit_response);
  PYW_BIND(submit_headers, nghttp2_submit_headers);
  PYW_BIND(submit_rst_stream, nghttp2_submit_rst_stream);
  PYW_BIND(submit_goaway, nghttp2_submit_goaway);
  return http2;
}

#undef PYW_BIND

} // namespace

Result<const Http2Library*> http2_library() {
  static const auto loaded = load();
  if (!loaded) {
    return failure(loaded.error());
  }
  return &*loaded;
}

} // namespace pyw::devserver
