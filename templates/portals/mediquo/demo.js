"use strict";
(function () {
  var config = document.getElementById("widget-config").dataset;
  var log = document.getElementById("log");

  function note(text) {
    var line = document.createElement("li");
    line.textContent = text;
    log.append(line);
  }

  function run(name, call) {
    try {
      Promise.resolve(call()).then(
        function (value) { note(name + " → " + (value === undefined ? "✓" : JSON.stringify(value))); },
        function (error) { note(name + " ✗ " + error.message); }
      );
    } catch (error) {
      note(name + " ✗ " + error.message);
    }
  }

  window.addEventListener("message", function (event) {
    if (event.data && event.data.command) note(event.data.command + " " + JSON.stringify(event.data.detail));
  });

  var methods = {
    init: function () {
      return MediquoWidget.init({ apiKey: config.apiKey, accessToken: config.token || undefined });
    },
    open_room: function () { return MediquoWidget.open_room(config.professional); },
  };

  document.querySelectorAll("[data-method]").forEach(function (button) {
    var name = button.dataset.method;
    button.addEventListener("click", function () {
      run(name, methods[name] || MediquoWidget[name]);
    });
  });
  run("init", methods.init);
})();
