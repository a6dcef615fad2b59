// On pages whose forms must be sent once: after the first press no button does anything until the page is shown again.
const buttons = [...document.querySelectorAll("form button")];
let sent = false;
document.addEventListener("submit", (event) => {
  if (sent) {
    event.preventDefault();
    return;
  }
  sent = true;
  // Later, since a disabled button does not send its value.
  setTimeout(() => buttons.forEach((button) => (button.disabled = true)));
});
window.addEventListener("pageshow", () => {
  sent = false;
  buttons.forEach((button) => (button.disabled = false));
});
