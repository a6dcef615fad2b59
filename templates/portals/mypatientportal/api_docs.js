"use strict";
const ui = SwaggerUIBundle({
  url: "api-docs/v1/swagger.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  oauth2RedirectUrl: new URL("api-docs/oauth2-redirect.html", window.location.href).href,
});
ui.initOAuth({
  clientId: "demo-spa",
  scopes: "profile_read appointment_read appointment_write",
  usePkceWithAuthorizationCodeGrant: true,
});
