"use strict";
// The emulator's stand-in for the widget's script: the documented configuration, methods and events. The widget itself
// is a page in a frame, and both talk by postMessage.
var MediquoWidget = (function () {
  var script = document.currentScript.src;
  var address = new URL("../../widget/frame", script);
  var origin = address.origin;
  var state = null;
  // Milliseconds until a frame that says nothing counts as gone.
  var PATIENCE = 20000;

  function fail(message) {
    return Promise.reject(new Error(message));
  }

  function need() {
    if (!state) throw new Error("MediquoWidget: init comes first");
    return state;
  }

  // What is said while the frame loads, or loads again, is kept until it listens.
  function tell(command, detail) {
    var message = { command: command, detail: detail || {} };
    if (need().listens) state.frame.contentWindow.postMessage(message, origin);
    else state.unsaid.push(message);
  }

  function listens() {
    state.listens = true;
    state.unsaid.splice(0).forEach(function (message) {
      state.frame.contentWindow.postMessage(message, origin);
    });
  }

  // Waits for the frame's next word of that kind.
  function ask(command, answer, detail) {
    return new Promise(function (resolve, reject) {
      need().waiting.push({ command: answer, resolve: resolve, reject: reject });
      tell(command, detail);
      setTimeout(reject, PATIENCE, new Error("MediquoWidget: the frame does not answer"));
    });
  }

  function settle(command, how) {
    var those = state.waiting.filter(function (one) { return one.command === command; });
    state.waiting = state.waiting.filter(function (one) { return one.command !== command; });
    those.forEach(how);
  }

  function build(config) {
    var theme = config.theme || {};
    var colors = theme.colors || {};
    var text = theme.text || {};
    var box = document.createElement("div");
    box.id = "mediquo-widget";
    box.style.cssText = "position:fixed;bottom:1rem;z-index:2147483000;display:flex;flex-direction:column;gap:.5rem;max-width:calc(100vw - 2rem)";
    box.style[theme.position === "left" ? "left" : "right"] = "1rem";
    box.style.alignItems = theme.position === "left" ? "flex-start" : "flex-end";
    var frame = document.createElement("iframe");
    frame.id = "mediquo-widget-frame";
    frame.title = text.title || "mediQuo";
    frame.style.cssText = "width:24rem;max-width:calc(100vw - 2rem);height:32rem;max-height:calc(100vh - 6rem);border:1px solid #8886;border-radius:12px;background:Canvas;box-shadow:0 8px 30px #0004";
    frame.hidden = true;
    frame.style.display = "none";
    var launcher = document.createElement("button");
    launcher.id = "mediquo-widget-launcher";
    launcher.type = "button";
    launcher.textContent = text.launcher || "mediQuo";
    launcher.setAttribute("aria-expanded", "false");
    launcher.style.cssText = "font:inherit;padding:.6rem 1.1rem;border:0;border-radius:999px;cursor:pointer";
    launcher.style.background = colors.primary || "#2b5cd9";
    launcher.style.color = colors.primaryContrast || "#fff";
    launcher.style.display = "none";
    launcher.addEventListener("click", function () {
      if (frame.hidden) widget.open(); else widget.close();
    });
    box.append(frame, launcher);
    document.body.append(box);
    return { box: box, frame: frame, launcher: launcher };
  }

  function source(config) {
    var theme = config.theme || {};
    var registration = theme.registration || {};
    var url = new URL(address);
    url.searchParams.set("api_key", config.apiKey);
    if (config.accessToken) url.searchParams.set("token", config.accessToken);
    url.searchParams.set("locale", theme.locale || "en");
    if (registration.exclude) url.searchParams.set("exclude", registration.exclude.join(","));
    if (registration.include) url.searchParams.set("include", registration.include.join(","));
    return url.href;
  }

  function shows(config, session) {
    if ((config.theme || {}).launcher === "hidden") return false;
    if (config.show === "withActiveSession") return session.hasActiveSession;
    if (config.show === "onlyIfAvailable") return session.isAvailable;
    return true;
  }

  function remove() {
    if (!state) return;
    window.removeEventListener("message", state.listen);
    state.box.remove();
    var waiting = state.waiting;
    state = null;
    waiting.forEach(function (one) { one.reject(new Error("MediquoWidget: the widget is gone")); });
  }

  var widget = {
    init: function (config) {
      if (state) return fail("MediquoWidget: destroy comes before another init");
      if (!config || !config.apiKey) return fail("MediquoWidget: apiKey is required");
      return new Promise(function (resolve, reject) {
        var own = state = build(config);
        state.waiting = [];
        state.unsaid = [];
        setTimeout(function () {
          if (state !== own || own.begun) return;
          remove();
          reject(new Error("MediquoWidget: the frame does not load"));
        }, PATIENCE);
        state.listen = function (event) {
          if (!state || event.source !== state.frame.contentWindow || event.origin !== origin) return;
          var said = event.data || {};
          if (said.command === "session") {
            state.begun = true;
            listens();
            state.launcher.style.display = shows(config, said.detail) ? "" : "none";
            resolve({
              hasActiveSession: said.detail.hasActiveSession,
              pendingConsultations: said.detail.pendingConsultations,
            });
          } else if (said.command === "refused" && !state.begun) {
            remove();
            reject(new Error(said.detail.message));
            return;
          } else if (said.command === "refused") {
            listens();
          } else if (said.command === "leaving") {
            state.listens = false;
          } else if (said.command === "failed") {
            settle(said.detail.command, function (one) { one.reject(new Error(said.detail.message)); });
          } else if (said.command === "close") {
            widget.close();
          }
          settle(said.command, function (one) { one.resolve(said.detail); });
        };
        window.addEventListener("message", state.listen);
        state.frame.src = source(config);
      });
    },
    open: function () {
      need().frame.hidden = false;
      state.frame.style.display = "";
      state.launcher.setAttribute("aria-expanded", "true");
    },
    close: function () {
      need().frame.hidden = true;
      state.frame.style.display = "none";
      state.launcher.setAttribute("aria-expanded", "false");
    },
    getPendingConsultations: function () {
      return ask("getPendingConsultations", "consultations").then(function (detail) {
        return detail.pendingConsultations;
      });
    },
    logout: function () {
      return ask("logout", "loggedOut").then(function () {});
    },
    destroy: function () {
      if (!state) return Promise.resolve();
      var own = state;
      // The widget goes, also where nobody could be logged out.
      return widget.logout().catch(function () {}).then(function () {
        if (state === own) remove();
      });
    },
    open_room: function (professional) {
      widget.open();
      tell("open_room", { professional_id: professional });
    },
    open_list: function () {
      widget.open();
      tell("open_list");
    },
  };
  return widget;
})();
