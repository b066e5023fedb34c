// Node-API 8 keeps no references to strings (that came with 10, which better-sqlite3 asks for): the
// text is kept instead, and made anew where it is asked for.
#pragma once
#include <napi.h>

#include <string>

namespace Napi {

template <>
class Reference<String> {
 public:
  Reference() = default;
  static Reference New(const String& text, uint32_t = 0) {
    Reference made;
    made.env_ = text.Env();
    made.text_ = text.Utf8Value();
    return made;
  }
  String Value() const { return String::New(env_, text_); }

 private:
  napi_env env_ = nullptr;
  std::string text_;
};

}  // namespace Napi
