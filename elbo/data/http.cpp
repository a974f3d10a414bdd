#include "elbo/data/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

#include "elbo/base/error.h"
#include "elbo/base/interrupt.h"

namespace elbo {
namespace {

constexpr long kOk = 200;
constexpr long kPartialContent = 206;
constexpr long kRangeNotSatisfiable = 416;

using Clock = std::chrono::steady_clock;

/// What the callbacks share. They are called from C, so what they throw is carried in `thrown`.
struct State {
  CURL* handle = nullptr;
  PartialFile* file = nullptr;
  const DownloadOptions* options = nullptr;
  std::string url;
  std::uint64_t start_bytes = 0;
  std::uint64_t ignored_bytes = 0;
  std::string content_range;
  bool body_begun = false;
  bool too_large = false;
  bool range_mismatch = false;
  Clock::time_point begun = Clock::now();
  Clock::time_point reported = {};
  std::exception_ptr thrown;

  long status() const {
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
  }
};

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end == digits.data()) return std::nullopt;
  return value;
}

/// N of "bytes N-..." or nothing.
std::optional<std::uint64_t> range_start(std::string_view content_range) {
  if (content_range.rfind("bytes ", 0) != 0) return std::nullopt;
  return parse_number(content_range.substr(6));
}

/// N of ".../N" or nothing.
std::optional<std::uint64_t> range_total(std::string_view content_range) {
  const std::size_t slash = content_range.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return parse_number(content_range.substr(slash + 1));
}

size_t on_header(char* data, size_t, size_t size, void* user) {
  State& state = *static_cast<State*>(user);
  const std::string_view line(data, size);
  // Each answer of a chain of redirects begins with its status line.
  if (line.rfind("HTTP/", 0) == 0) state.content_range.clear();
  constexpr std::string_view kName = "content-range:";
  if (line.size() > kName.size() && curl_strnequal(data, kName.data(), kName.size()) != 0) {
    std::string_view value = line.substr(kName.size());
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    try {
      state.content_range = value;
    } catch (...) {
      state.thrown = std::current_exception();
      return 0;
    }
  }
  return size;
}

/// Decides, at the first byte of the body, whether it continues the file or replaces it.
bool begin_body(State& state, long status) {
  state.body_begun = true;
  if (state.start_bytes == 0) return true;
  if (status == kOk) {  // The server ignores ranges and sends everything.
    state.file->restart();
    state.start_bytes = 0;
    return true;
  }
  state.range_mismatch = range_start(state.content_range) != state.start_bytes;
  return !state.range_mismatch;
}

size_t on_body(char* data, size_t, size_t size, void* user) {
  State& state = *static_cast<State*>(user);
  try {
    const long status = state.status();
    if (status != kOk && status != kPartialContent) {  // An error page; a short one is let pass.
      state.ignored_bytes += size;
      return state.ignored_bytes <= 65536 ? size : 0;
    }
    if (!state.body_begun && !begin_body(state, status)) return 0;
    if (state.file->size_bytes() + size > state.options->max_bytes) {
      state.too_large = true;
      return 0;
    }
    state.file->append({reinterpret_cast<const std::uint8_t*>(data), size});
    return size;
  } catch (...) {
    state.thrown = std::current_exception();
    return 0;
  }
}

int on_progress(void* user, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  State& state = *static_cast<State*>(user);
  try {
    if (interrupted()) return 1;
    const bool last = total > 0 && now == total;
    const Clock::time_point time = Clock::now();
    const bool due = last || time - state.reported >= std::chrono::milliseconds(100);
    if (!state.body_begun || !due || !state.options->progress) return 0;
    state.reported = time;
    DownloadProgress progress;
    progress.url = state.url;
    progress.received_bytes = state.file->size_bytes();
    progress.total_bytes = total > 0 ? state.start_bytes + static_cast<std::uint64_t>(total) : 0;
    const double seconds = std::chrono::duration<double>(time - state.begun).count();
    progress.bytes_per_second = seconds > 0 ? static_cast<double>(now) / seconds : 0;
    state.options->progress(progress);
    return 0;
  } catch (...) {
    state.thrown = std::current_exception();
    return 1;
  }
}

/// curl_easy_setopt with its result looked at: an option this libcurl lacks must not pass silently.
template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code != CURLE_OK) throw NetworkError("libcurl: {}", curl_easy_strerror(code));
}

void set_options(State& state, const DownloadOptions& options, char* error_text) {
  CURL* handle = state.handle;
  set(handle, CURLOPT_URL, state.url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  set(handle, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  set(handle, CURLOPT_REDIR_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  set(handle, CURLOPT_USERAGENT, "elbo");
  set(handle, CURLOPT_FOLLOWLOCATION, 1L);
  set(handle, CURLOPT_MAXREDIRS, static_cast<long>(options.max_redirects));
  set(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout_seconds));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options.low_speed_bytes_per_second));
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.low_speed_seconds));
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_ERRORBUFFER, error_text);
  set(handle, CURLOPT_HEADERFUNCTION, &on_header);
  set(handle, CURLOPT_HEADERDATA, static_cast<void*>(&state));
  set(handle, CURLOPT_WRITEFUNCTION, &on_body);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&state));
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(handle, CURLOPT_XFERINFODATA, static_cast<void*>(&state));
  // Our own Range instead of CURLOPT_RESUME_FROM: that one makes an error of a server that ignores
  // it, where starting over is fine.
  if (state.start_bytes > 0) {
    set(handle, CURLOPT_RANGE, fmt::format("{}-", state.start_bytes).c_str());
  }
}

Transfer judge(const State& state, CURLcode code, const char* error_text,
               const DownloadOptions& options) {
  const long status = state.status();
  const bool resumed = state.body_begun && state.start_bytes > 0;
  if (state.too_large) {
    return {TransferEnd::too_large,
            fmt::format("it sends more than the {} bytes that the file can have at most",
                        options.max_bytes),
            resumed};
  }
  if (state.range_mismatch) {
    return {TransferEnd::cannot_resume,
            fmt::format("asked for the bytes from {} on, it sent others", state.start_bytes),
            false};
  }
  if (status == kRangeNotSatisfiable && state.start_bytes > 0) {
    if (range_total(state.content_range) == state.start_bytes) {
      return {TransferEnd::complete, "", true};
    }
    return {TransferEnd::cannot_resume, "its file ends before ours", false};
  }
  if (status >= 300) {
    const bool loop = code == CURLE_TOO_MANY_REDIRECTS;
    return {TransferEnd::refused,
            fmt::format("HTTP status {}{}", status, loop ? ", too many redirects" : ""), resumed};
  }
  if (code == CURLE_OK) return {TransferEnd::complete, "", resumed};
  const char* text = *error_text != '\0' ? error_text : curl_easy_strerror(code);
  return {state.body_begun ? TransferEnd::cut_off : TransferEnd::refused, text, resumed};
}

}  // namespace

Transfer transfer(const std::string& url, PartialFile& file, const DownloadOptions& options) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (global != CURLE_OK) throw NetworkError("libcurl: {}", curl_easy_strerror(global));
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   &curl_easy_cleanup);
  if (!handle) throw NetworkError("libcurl can't be set up");
  State state;
  state.handle = handle.get();
  state.file = &file;
  state.options = &options;
  state.url = url;
  state.start_bytes = file.size_bytes();
  char error_text[CURL_ERROR_SIZE] = "";
  set_options(state, options, error_text);
  const CURLcode code = curl_easy_perform(handle.get());
  if (state.thrown) std::rethrow_exception(state.thrown);
  if (interrupted() && code != CURLE_OK) {
    throw Interrupted("{}: download stopped; the next try continues from {} bytes", url,
                      file.size_bytes());
  }
  return judge(state, code, error_text, options);
}

}  // namespace elbo
