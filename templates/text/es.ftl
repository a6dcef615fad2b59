# Every visible text in Spanish. The keys are those of en.ftl.

## Around every page
layout-product = Anteroom
layout-purpose = Sistema de pruebas. No introduzca datos reales de pacientes.
layout-at = Está usted en
layout-realm = Realm
layout-asked-by = Lo solicita
layout-returns-to = Vuelve a
layout-signed-in-as = Sesión iniciada como

## Signing in
sign-in-title = Iniciar sesión
sign-in-for-client = { $client } le pide que inicie sesión.
sign-in-for-account = Vea quién tiene acceso a sus datos y dónde ha iniciado sesión.
sign-in-personas = Continuar como
sign-in-personas-explained = Pacientes de prueba. Un clic inicia la sesión, sin contraseña.
sign-in-with-password = Con nombre de usuario y contraseña
sign-in-username = Nombre de usuario
sign-in-password = Contraseña
sign-in-submit = Iniciar sesión
sign-in-wrong = El nombre de usuario y la contraseña no coinciden. Revíselos e inténtelo de nuevo.
sign-in-unknown-persona = Este paciente de prueba ya no está disponible. Elija otro, por favor.
sign-in-scripted = Usuarios con comportamiento predefinido
sign-in-scripted-explained = Con cada uno de estos usuarios ocurre lo que se describe debajo del nombre. El nombre de usuario también sirve como login_hint.
sign-in-locked = Esta cuenta está bloqueada. Por ahora no puede iniciar sesión con ella.
sign-in-password-expired = La contraseña de esta cuenta ha caducado. Debe cambiarla antes de iniciar sesión.
sign-in-throttled = { $count ->
    [one] Demasiados intentos. Espere un segundo e inténtelo de nuevo.
   *[other] Demasiados intentos. Espere { $count } segundos e inténtelo de nuevo.
  }
sign-in-cancel = Volver a { $client } sin iniciar sesión

## Consent
consent-asks = { $client } solicita acceso
consent-would-be-able = Si lo permite, la aplicación podrá:
consent-new = nuevo
consent-known = Ya ha permitido todo lo que no está marcado como nuevo.
consent-again = Ya ha permitido todo esto. La aplicación le pide que lo confirme.
consent-person = Ha iniciado sesión como { $person }.
consent-not-you = ¿No es usted? Inicie sesión como otra persona
consent-destination = Su respuesta se envía a { $host }. Puede retirarla en cualquier momento en { $account }.
consent-account-link = su cuenta
consent-policy = Política de privacidad de la aplicación
consent-terms = Condiciones de la aplicación
consent-allow = Permitir
consent-deny = Denegar

## What scopes mean
scope-openid = Reconocerle cuando vuelva
scope-profile = Ver su perfil, como nombre, fecha de nacimiento y sexo
scope-email = Ver su correo electrónico
scope-address = Ver su dirección postal
scope-phone = Ver su número de teléfono
scope-offline-access = Conservar este acceso cuando usted no esté
scope-profile-read = Leer su perfil de paciente, incluido su seguro
scope-appointment-read = Ver sus citas y las horas libres
scope-appointment-write = Reservar, cambiar y cancelar citas por usted
scope-appointment-guest-lookup = Buscar horas libres para personas sin cuenta
scope-appointment-guest-write = Reservar citas para personas sin cuenta
scope-basic = Ver los datos básicos de su cuenta
scope-unknown = Usar «{ $scope }»

## The account
account-title = Su cuenta
account-username = Nombre de usuario
account-email = Correo electrónico
account-sign-out = Cerrar sesión
account-consents = Aplicaciones con acceso
account-consents-explained = Lo que usted ha permitido. Al retirarlo, el acceso termina de inmediato.
account-no-consents = Ninguna aplicación tiene acceso a sus datos.
account-allowed-since = Permitido desde el { $moment }
account-withdraw = Retirar
account-withdraw-from = Retirar el acceso de { $client }
account-withdrawn = { $client } ya no tiene acceso.
account-sessions = Dónde ha iniciado sesión
account-sessions-explained = Cada navegador en el que ha iniciado sesión. Terminar una sesión no cambia lo que ha permitido.
account-this-session = Este navegador
account-other-session = Otro navegador
account-since = Desde el { $moment }
account-end = Terminar
account-end-from = Terminar la sesión iniciada el { $moment }
account-session-ended = La sesión ha terminado.

## Signing out
logout-title = Cerrar sesión
logout-question = ¿Quiere cerrar la sesión?
logout-explained = Se cerrará la sesión en este navegador. Las aplicaciones conservan el acceso que les ha permitido; puede retirarlo en { $account }.
logout-account-link = su cuenta
logout-submit = Cerrar sesión
logout-stay = Seguir con la sesión
signed-out-title = Sesión cerrada
signed-out-explained = La sesión en este navegador está cerrada. Puede cerrar esta ventana.
signed-out-again = Iniciar sesión de nuevo

## Sending the response to the client
form-post-title = Volver a la aplicación
form-post-explained = Le llevamos de vuelta a { $host }. Si no ocurre nada, pulse el botón.
form-post-submit = Continuar

## The video consultation
video-title = Videoconsulta
video-explained = Aquí empezaría la videollamada. En este sistema de pruebas no hay ninguna llamada real.
video-practice = Consulta
video-appointment = Cita
video-begins = Empieza
video-leave = Puede cerrar esta ventana en cualquier momento. La cita no cambia.

## Comment forms: what is wrong with an answer, after the name of the field
comment-form-missing = no puede estar en blanco
comment-form-invalid = no es válido
comment-form-not-a-choice = no está incluido en la lista
comment-form-not-past = debe estar en el pasado
comment-form-not-future = debe estar en el futuro
comment-form-too-long = es demasiado largo

## Messages about appointments
reminder-message-subject = Recordatorio: { $appointment } el { $booked }
reminder-message-body =
    Buenos días:

    Tiene una cita en { $practice }: «{ $appointment }» el { $booked }.

    Si no puede venir, anúlela o cámbiela en el portal del paciente para que otra persona pueda aprovechar la hora.
reminder-message-why = Recibe este correo porque tiene una cita.

asap-message-subject = Hay una cita anterior libre: { $appointment }
asap-message-body =
    Buenos días:

    Para «{ $appointment }» en { $practice } ha quedado libre una hora anterior: { $earlier }.
    Su cita es el { $booked }.

    Si prefiere la hora anterior, cambie su cita en el portal del paciente. La hora no está reservada para usted. Si no hace nada, su cita no cambia.
asap-message-why = Recibe este correo porque pidió que le avisáramos de horas anteriores.

## VSee Clinic
vsee-portal = Portal
vsee-navigation = Navegación
vsee-nav-room = Sala de espera
vsee-nav-dashboard = Panel
vsee-open-visit = Abrir
vsee-accept = Aceptar
vsee-kind-walk-in = Visita sin cita
vsee-kind-appointment = Cita
vsee-kind-e-consult = Consulta electrónica
vsee-status-waiting = En espera
vsee-status-in-progress = En curso
vsee-status-completed = Terminada
vsee-status-cancelled = Cancelada
vsee-visit-kind = Visita
vsee-visit-status = Estado
vsee-visit-room = Sala
vsee-visit-provider = Profesional
vsee-visit-patient = Paciente
vsee-visit-begins = Comienza
vsee-visit-reason = Motivo
vsee-video-title = Visita por vídeo
vsee-video-explained = Aquí estarían la videollamada y el chat. Este sistema de pruebas solo guarda el estado de la visita; no hay imagen ni sonido.
vsee-video-start = Comenzar la visita
vsee-video-leave = Salir sin comenzar
vsee-video-cancel = Cancelar la cita
vsee-video-end = Terminar la visita
vsee-video-over = Esta visita ha terminado.
vsee-join-title = Está invitado a una visita
vsee-join-explained = Puede participar como invitado; no necesita cuenta.
vsee-appointment-title = Su cita
vsee-appointment-early = Puede comenzarla a partir del { $moment }.
vsee-appointment-open = Puede comenzarla ahora. Este enlace solo funciona una vez.
vsee-appointment-used = Este enlace ya se ha usado para comenzar la cita. Continúe en el navegador en el que la comenzó.
vsee-dashboard-title = Panel
vsee-dashboard-no-rooms = Todavía no tiene ninguna sala asignada.
vsee-dashboard-visits = Visitas
vsee-dashboard-no-visits = No espera nadie.
vsee-dashboard-e-consults = Consultas electrónicas por aceptar
vsee-dashboard-no-e-consults = No hay consultas electrónicas por aceptar.
vsee-room-visits = Sus visitas
vsee-room-no-visits = No tiene visitas aquí.
vsee-room-intakes = Formularios que ha rellenado
vsee-room-no-reason = Sin motivo indicado
vsee-room-walk-in = Entrar ahora
vsee-room-pick-time = Elegir hora
vsee-schedule-title = Elija una hora
vsee-schedule-no-times = No hay horas libres en las próximas dos semanas.
vsee-schedule-later = Horas posteriores
vsee-message-subject = Su cita con { $provider }: { $begins }
vsee-schedule-length = { $count ->
    [one] Dura un minuto.
   *[other] Dura { $count } minutos.
  }
vsee-message-body =
    Hola, { $patient }:

    Su cita con { $provider } está reservada: { $begins }.

    Puede comenzarla aquí, desde 15 minutos antes:
    { $link }

## When something is wrong
error-invalid-request-title = Solicitud no válida
error-invalid-request-meaning = La aplicación que le ha enviado aquí ha hecho una solicitud que este servidor no puede procesar.
error-unknown-client-title = Aplicación desconocida
error-unknown-client-meaning = La aplicación que le ha enviado aquí no está registrada en este servidor.
error-redirect-uri-title = URI de redirección no registrada
error-redirect-uri-meaning = La aplicación espera la respuesta en una dirección que no tiene registrada. Para protegerle, no se ha enviado nada allí.
error-request-gone-title = Este inicio de sesión ha caducado
error-request-gone-meaning = Ha tardado demasiado, o el enlace está incompleto.
error-request-answered-title = Este inicio de sesión ya ha terminado
error-request-answered-meaning = La aplicación ya ha recibido la respuesta. Solo se envía una vez.
error-again = Volver a empezar este inicio de sesión
error-request-foreign-title = Este inicio de sesión pertenece a otra sesión
error-request-foreign-meaning = Se empezó en otro navegador, o desde entonces se ha cerrado la sesión.
error-forged-form-title = Formulario de otro sitio web
error-forged-form-meaning = Otro sitio web ha intentado enviar un formulario en su nombre, o su navegador no ha indicado de dónde venía el formulario. No se ha cambiado nada.
error-not-found-title = Página no encontrada
error-not-found-meaning = No hay ninguna página en esta dirección. La dirección puede estar mal escrita, o la página se ha eliminado.
error-method-title = Método no permitido
error-method-meaning = La dirección existe, pero no admite este tipo de solicitud.
error-unauthorized-title = Inicio de sesión necesario
error-unauthorized-meaning = Falta su enlace de inicio de sesión o ha caducado.
error-forbidden-title = Acceso denegado
error-forbidden-meaning = El servidor ha rechazado la solicitud.
error-too-many-title = Demasiadas solicitudes
error-too-many-meaning = El servidor no puede procesar más solicitudes en este momento.
error-failure-title = Se ha producido un error
error-failure-meaning = El servidor ha tenido un error inesperado, que ha quedado registrado. Usted no ha hecho nada mal.
error-next = Qué puede hacer
error-next-start-again = Vuelva a la aplicación y empiece de nuevo.
error-next-tell-developers = Vuelva a la aplicación. Si ocurre otra vez, muestre esta página a quienes la desarrollan.
error-next-check-address = Revise la dirección o vuelva a la página anterior.
error-next-form-again = Vuelva atrás, recargue la página y envíe el formulario desde allí.
error-next-wait = Espere un minuto e inténtelo de nuevo.
error-next-later = Inténtelo de nuevo. Si vuelve a ocurrir, consulte el registro del servidor.
error-details = Para desarrolladores
error-code = Error
error-description = Qué falla
error-expected = Esperado
error-received = Recibido
error-section = Especificación
error-status = Estado

## Moments in time
moment = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
  } de { $year }, { $time }

## An exchange in the journal
exchange-client = Aplicación
exchange-user = Persona
exchange-fix = Cómo corregirlo
exchange-reason = Por qué se rechazó
exchange-rule = Regla
exchange-challenge = code_challenge de la solicitud de autorización
exchange-verifier = Hash del code_verifier recibido
exchange-expired = Caducó a las
exchange-now = Reloj del realm
exchange-late = Tarde por
exchange-difference = Diferencia
exchange-request = Solicitud
exchange-response = Respuesta
exchange-body-cut = Solo se guarda el principio; el contenido tenía { $bytes } bytes.
exchange-body-left-out = El diario no guarda contenido de este tipo; tenía { $bytes } bytes.
exchange-jwt = Token firmado en { $place }
exchange-flow = Flujo
exchange-again = Repetir con curl
exchange-again-explained = Los secretos no se guardan. Defina las variables del comando antes de ejecutarlo.
exchange-details = Detalles
exchange-at = Recibido a las
exchange-took = Duración
exchange-id = Intercambio
exchange-fault = Fallo provocado

## mediQuo: messages with activation codes
mediquo-code-subject = Tu código de activación para { $organization }
mediquo-code-body = Hola { $name }:

    { $organization } te invita a hablar en línea con un profesional. Tu código de activación: { $code }
mediquo-code-message = { $name }, tu código de activación para { $organization } es { $code }

## mediQuo: the widget
mediquo-widget-title = Habla con un profesional
mediquo-widget-patient = Sesión iniciada como { $name } ({ $code }).
mediquo-widget-professionals = Profesionales
mediquo-widget-online = disponible
mediquo-widget-offline = no disponible
mediquo-widget-open = Abrir
mediquo-widget-open-with = Abrir la sala de { $name }
mediquo-widget-messages = Mensajes
mediquo-widget-no-messages = Todavía no tienes mensajes.
mediquo-widget-to-list = Volver a la lista
mediquo-widget-appointments = Próximas citas
mediquo-widget-no-appointments = No tienes ninguna cita próxima.
mediquo-widget-join = Unirse a la llamada
mediquo-widget-redeem = Código de activación
mediquo-widget-code = Código
mediquo-widget-redeem-now = Canjear
mediquo-widget-redeemed = El código se ha canjeado.
mediquo-refused-title = No se puede mostrar el widget
mediquo-refused-api-key = La clave de API es desconocida.
mediquo-refused-invalid = El token de acceso no es válido para esta organización.
mediquo-refused-expired = El token de acceso ha caducado.
mediquo-refused-logged-out = La sesión de este token de acceso se ha cerrado.
mediquo-refused-patient = El paciente del token de acceso no existe.
mediquo-refused-registration = El registro se ha rechazado.
mediquo-refused-fix = Solicita un token de acceso nuevo cada vez que se muestre el widget.
mediquo-registration-title = Antes de empezar
mediquo-registration-explained = Introduce tus datos para el profesional. La sesión es temporal.
mediquo-registration-first-name = Nombre
mediquo-registration-last-name = Apellidos
mediquo-registration-gender = Sexo
mediquo-registration-female = Mujer
mediquo-registration-male = Hombre
mediquo-registration-birthdate = Fecha de nacimiento
mediquo-registration-tax-id = Número fiscal
mediquo-registration-postal-code = Código postal
mediquo-registration-begin = Empezar
mediquo-native-explained = En una aplicación, estos botones envían un mensaje a la aplicación que muestra esta página.
mediquo-native-close = Cerrar
mediquo-native-download = Descargar

## mediQuo: an appointment's call, and the demo
mediquo-join-title = Videollamada
mediquo-join-explained = Aquí empezaría la videollamada. En este sistema de pruebas no hay ninguna llamada real.
mediquo-join-moves = Si la cita se cambia o se cancela, este enlace deja de funcionar.
mediquo-join-professional = Profesional
mediquo-join-appointment = Cita
mediquo-join-begins = Comienza
mediquo-demo-title = El widget en el sitio web de un cliente
mediquo-demo-explained = Esta página hace lo que hace el servidor de un cliente: ha solicitado un token de acceso y se lo pasa al widget junto con la clave de API.
mediquo-demo-organization = Organización
mediquo-demo-patient = Paciente
mediquo-demo-patients = Mostrarlo para
mediquo-demo-nobody = ningún paciente: el widget muestra un formulario de registro
mediquo-demo-methods = Métodos
mediquo-demo-events = Eventos
