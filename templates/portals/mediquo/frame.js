"use strict";
(function () {
  var page = document.getElementById("widget");
  var data = page.dataset;
  var framed = window.parent !== window;

  // Whoever embeds the widget may hear this: no secret is in it.
  function say(command, detail) {
    if (framed) window.parent.postMessage({ command: command, detail: detail }, "*");
  }

  function pending() {
    return { pendingConsultations: Number(data.pending || 0) };
  }

  function professionals() {
    return Array.from(document.querySelectorAll("[data-hash]"));
  }

  function describe(one) {
    return {
      name: one.dataset.name,
      title: one.dataset.title,
      avatar: one.dataset.avatar,
      status: one.dataset.status,
      collegiate_number: one.dataset.collegiateNumber || null,
      is_available: one.dataset.status === "online",
    };
  }

  function openRoom(hash) {
    var one = professionals().find(function (candidate) { return candidate.dataset.hash === hash; });
    if (!one) return;
    if (one.dataset.status !== "online") say("professionalIsUnavailable", describe(one));
    var heading = document.getElementById("room-with");
    heading.textContent = one.dataset.name;
    heading.hidden = false;
    professionals().forEach(function (other) { other.hidden = other !== one; });
    document.getElementById("to-list").hidden = false;
    data.room = hash;
  }

  function openList() {
    if (data.state !== "session") return;
    document.getElementById("room-with").hidden = true;
    document.getElementById("to-list").hidden = true;
    professionals().forEach(function (one) { one.hidden = false; });
    delete data.room;
  }

  function logOut() {
    if (!data.token) return say("loggedOut", {});
    fetch("session/logout", { method: "POST", headers: { authorization: "Bearer " + data.token } }).then(function (answer) {
      // A token that is not good any more is logged out.
      if (!answer.ok && answer.status !== 401) throw new Error("logout: " + answer.status);
      say("leaving", {});
      say("loggedOut", {});
      window.location.reload();
    }).catch(function (error) {
      say("failed", { command: "loggedOut", message: error.message });
    });
  }

  function redeem(event) {
    event.preventDefault();
    var outcome = document.getElementById("redeem-outcome");
    fetch("activation-codes/redeem", {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": data.apiKey },
      body: JSON.stringify({ code: document.getElementById("code").value, access_token: data.token }),
    }).then(function (answer) {
      return answer.json().then(function (body) {
        var wrong = body.errors && Object.values(body.errors)[0][0];
        outcome.textContent = answer.ok ? outcome.dataset.done : wrong || body.message;
        outcome.dataset.outcome = answer.ok ? "redeemed" : "refused";
      });
    });
  }

  function native(eventName, payload) {
    var message = { eventName: eventName, payload: payload };
    if (data.platform === "android" && window.NativeBridge) {
      window.NativeBridge.postMessage(JSON.stringify(message));
    } else if (window.webkit && window.webkit.messageHandlers && window.webkit.messageHandlers.nativeBridge) {
      window.webkit.messageHandlers.nativeBridge.postMessage(message);
    }
  }

  if (data.state === "native") {
    document.getElementById("native-close").addEventListener("click", function () {
      native("mediquo_native_close", {});
    });
    var download = document.getElementById("native-download");
    if (download) {
      download.addEventListener("click", function () {
        native("mediquo_native_download", { url: download.dataset.url });
      });
    }
  } else {
    window.addEventListener("message", function (event) {
      if (event.source !== window.parent || !event.data) return;
      var detail = event.data.detail || {};
      switch (event.data.command) {
        case "getPendingConsultations": return say("consultations", pending());
        case "logout": return logOut();
        case "open_room": return openRoom(detail.professional_id);
        case "open_list": return openList();
      }
    });
    document.querySelectorAll("[data-open]").forEach(function (button) {
      button.addEventListener("click", function () { openRoom(button.dataset.open); });
    });
    var form = document.getElementById("redeem-form");
    if (form) {
      form.addEventListener("submit", redeem);
      document.getElementById("to-list").addEventListener("click", openList);
    }
    // Whoever asks this page while another takes its place would wait for ever.
    window.addEventListener("pagehide", function () { say("leaving", {}); });
    if (data.state === "refused") {
      return say("refused", { reason: data.reason, message: document.querySelector("h1").textContent });
    }
    say("session", {
      hasActiveSession: data.state === "session",
      pendingConsultations: Number(data.pending || 0),
      isAvailable: professionals().some(function (one) { return one.dataset.status === "online"; }),
    });
    if (data.state === "session") say("consultations", pending());
  }
})();
