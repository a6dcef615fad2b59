// On the page that hands an answer back to a client: presses its button.
document.forms[0].submit();
