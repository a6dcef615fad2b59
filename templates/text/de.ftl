# Every sentence a person can see, in German; en.ftl is the measure.

## The house around every page
layout-house = Anteroom
layout-purpose = Testsystem. Bitte keine echten Patientendaten eingeben.
layout-at = Sie sind bei
layout-realm = Realm
layout-asked-by = Angefragt von
layout-returns-to = Zurück zu
layout-signed-in-as = Angemeldet als

## Signing in
sign-in-title = Anmelden
sign-in-for-client = { $client } bittet Sie, sich anzumelden.
sign-in-for-account = Sehen Sie, wer Zugriff auf Ihre Daten hat und wo Sie angemeldet sind.
sign-in-personas = Weiter als
sign-in-personas-explained = Testpatienten. Ein Klick meldet Sie an, ohne Passwort.
sign-in-with-password = Mit Benutzername und Passwort
sign-in-username = Benutzername
sign-in-password = Passwort
sign-in-submit = Anmelden
sign-in-wrong = Benutzername und Passwort passen nicht zusammen. Bitte prüfen Sie beides und versuchen Sie es noch einmal.
sign-in-unknown-persona = Dieser Testpatient wird hier nicht mehr angeboten. Bitte wählen Sie einen anderen.
sign-in-eventful = Menschen, denen etwas geschieht
sign-in-eventful-explained = Wen Sie hier auch wählen: Ihr Client begegnet dem, was unter dem Namen steht. Der Benutzername gilt auch als login_hint.
sign-in-locked = Dieses Konto ist gesperrt. Eine Anmeldung damit ist zurzeit nicht möglich.
sign-in-password-expired = Das Passwort dieses Kontos ist abgelaufen. Es muss geändert werden, bevor sich damit jemand anmelden kann.
sign-in-throttled = { $count ->
    [one] Zu viele Versuche. Bitte warten Sie eine Sekunde und versuchen Sie es dann noch einmal.
   *[other] Zu viele Versuche. Bitte warten Sie { $count } Sekunden und versuchen Sie es dann noch einmal.
  }
sign-in-cancel = Ohne Anmeldung zurück zu { $client }

## Consent
consent-asks = { $client } bittet um Zugriff
consent-would-be-able = Wenn Sie zustimmen, kann die Anwendung:
consent-new = neu
consent-known = Allem, was nicht als neu markiert ist, haben Sie schon zugestimmt.
consent-again = All dem haben Sie schon einmal zugestimmt. Die Anwendung möchte sichergehen.
consent-person = Sie antworten als { $person }.
consent-not-you = Sind Sie das nicht? Als jemand anderes anmelden
consent-destination = Ihre Antwort geht an { $host }. Sie können sie in { $account } jederzeit widerrufen.
consent-account-link = Ihrem Konto
consent-policy = Datenschutzerklärung der Anwendung
consent-terms = Nutzungsbedingungen der Anwendung
consent-allow = Zustimmen
consent-deny = Ablehnen

## What scopes mean
scope-openid = Sie wiedererkennen, wenn Sie zurückkommen
scope-profile = Ihr Profil sehen, etwa Name, Geburtsdatum und Geschlecht
scope-email = Ihre E-Mail-Adresse sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-offline-access = Diesen Zugriff behalten, auch wenn Sie nicht da sind
scope-profile-read = Ihr Patientenprofil samt Versicherung lesen
scope-appointment-read = Ihre Termine und freie Zeiten sehen
scope-appointment-write = Termine für Sie buchen, verschieben und absagen
scope-appointment-guest-lookup = Freie Zeiten für Menschen ohne Konto suchen
scope-appointment-guest-write = Termine für Menschen ohne Konto buchen
scope-basic = Die Grunddaten Ihres Kontos sehen
scope-unknown = „{ $scope }“ nutzen

## The account
account-title = Ihr Konto
account-username = Benutzername
account-email = E-Mail
account-sign-out = Abmelden
account-consents = Anwendungen mit Zugriff
account-consents-explained = Was Sie erlaubt haben. Ein Widerruf beendet den Zugriff sofort.
account-no-consents = Keine Anwendung hat Zugriff auf Ihre Daten.
account-allowed-since = Erlaubt seit { $moment }
account-withdraw = Widerrufen
account-withdraw-from = Den Zugriff von { $client } widerrufen
account-withdrawn = { $client } hat keinen Zugriff mehr.
account-sessions = Wo Sie angemeldet sind
account-sessions-explained = Jeder Browser, mit dem Sie sich angemeldet haben. Was Sie erlaubt haben, bleibt bestehen, wenn Sie eine Sitzung beenden.
account-this-session = Dieser Browser
account-other-session = Ein anderer Browser
account-since = Seit { $moment }
account-end = Beenden
account-end-from = Die Sitzung seit { $moment } beenden
account-session-ended = Die Sitzung ist beendet.

## Signing out
logout-title = Abmelden
logout-question = Möchten Sie sich abmelden?
logout-explained = Sie werden in diesem Browser abgemeldet. Anwendungen behalten den Zugriff, den Sie ihnen erlaubt haben; in { $account } können Sie ihn widerrufen.
logout-account-link = Ihrem Konto
logout-submit = Abmelden
logout-stay = Angemeldet bleiben
signed-out-title = Abgemeldet
signed-out-explained = Sie sind in diesem Browser abgemeldet. Sie können das Fenster schließen.
signed-out-again = Wieder anmelden

## Handing an answer to the client
form-post-title = Zurück zur Anwendung
form-post-explained = Wir bringen Sie zurück zu { $host }. Wenn nichts geschieht, drücken Sie bitte den Knopf.
form-post-submit = Weiter

## The video consultation
video-title = Videosprechstunde
video-explained = Hier würde das Gespräch beginnen. Das Testsystem öffnet die Tür, aber dahinter wartet niemand.
video-practice = Praxis
video-appointment = Termin
video-begins = Beginn
video-leave = Sie können das Fenster jederzeit schließen; der Termin bleibt bestehen.

## The portal's comment forms: what is the matter with an answer, after the field's name
comment-form-missing = muss ausgefüllt werden
comment-form-invalid = ist nicht gültig
comment-form-not-a-choice = ist kein gültiger Wert
comment-form-not-past = muss in der Vergangenheit liegen
comment-form-not-future = muss in der Zukunft liegen
comment-form-too-long = ist zu lang

## A message to those who wait for an earlier appointment
reminder-message-subject = Erinnerung: { $appointment } am { $booked }
reminder-message-body =
    Guten Tag,

    Sie haben einen Termin bei { $practice }: „{ $appointment }“ am { $booked }.

    Wenn Sie nicht kommen können, sagen Sie den Termin bitte im Patientenportal ab oder verschieben Sie ihn, damit jemand anderes die Zeit nutzen kann.
reminder-message-why = Sie erhalten diese E-Mail, weil Sie einen Termin haben.

asap-message-subject = Ein früherer Termin ist frei: { $appointment }
asap-message-body =
    Guten Tag,

    bei { $practice } ist für „{ $appointment }“ ein früherer Termin frei geworden: { $earlier }.
    Ihr Termin ist am { $booked }.

    Wenn Sie den früheren Termin möchten, verschieben Sie Ihren Termin im Patientenportal. Wer zuerst kommt, bekommt ihn; wenn Sie nichts tun, bleibt alles, wie es ist.
asap-message-why = Sie erhalten diese E-Mail, weil Sie über frühere Termine benachrichtigt werden möchten.

## VSee Clinic
vsee-portal = Portal
vsee-navigation = Navigation
vsee-nav-room = Wartezimmer
vsee-nav-dashboard = Übersicht
vsee-open-visit = Öffnen
vsee-accept = Annehmen
vsee-kind-walk-in = Spontaner Besuch
vsee-kind-appointment = Termin
vsee-kind-e-consult = Anfrage ohne Termin
vsee-status-waiting = Wartet
vsee-status-in-progress = Läuft
vsee-status-completed = Beendet
vsee-status-cancelled = Abgesagt
vsee-visit-kind = Besuch
vsee-visit-status = Stand
vsee-visit-room = Raum
vsee-visit-provider = Behandelt von
vsee-visit-patient = Patient
vsee-visit-begins = Beginnt
vsee-visit-reason = Anlass
vsee-video-title = Videobesuch
vsee-video-explained = Hier wären Videoanruf und Chat. Dieses Testsystem speichert den Stand des Besuchs, überträgt aber weder Bild noch Ton.
vsee-video-start = Besuch beginnen
vsee-video-leave = Gehen, ohne zu beginnen
vsee-video-cancel = Termin absagen
vsee-video-end = Besuch beenden
vsee-video-over = Dieser Besuch ist vorbei.
vsee-join-title = Sie sind zu einem Besuch eingeladen
vsee-join-explained = Sie können als Gast teilnehmen; ein Konto brauchen Sie nicht.
vsee-appointment-title = Ihr Termin
vsee-appointment-early = Sie können ihn ab { $moment } beginnen.
vsee-appointment-open = Sie können ihn jetzt beginnen. Der Link beginnt ihn nur einmal.
vsee-appointment-used = Mit diesem Link wurde der Termin bereits begonnen. Bitte fahren Sie in dem Browser fort, in dem Sie ihn begonnen haben.
vsee-dashboard-title = Übersicht
vsee-dashboard-no-rooms = Sie sind noch keinem Raum zugeordnet.
vsee-dashboard-visits = Besuche
vsee-dashboard-no-visits = Niemand wartet.
vsee-dashboard-e-consults = Anfragen, die noch niemand angenommen hat
vsee-dashboard-no-e-consults = Es gibt keine Anfragen anzunehmen.
vsee-room-visits = Ihre Besuche
vsee-room-no-visits = Sie haben hier keine Besuche.
vsee-room-intakes = Von Ihnen ausgefüllte Formulare
vsee-room-no-reason = Kein Anlass angegeben
vsee-room-walk-in = Jetzt eintreten
vsee-room-pick-time = Zeit wählen
vsee-schedule-title = Wählen Sie eine Zeit
vsee-schedule-no-times = In den nächsten zwei Wochen ist nichts frei.
vsee-schedule-later = Spätere Zeiten
vsee-message-subject = Ihr Termin bei { $provider }: { $begins }
vsee-schedule-length = { $count ->
    [one] Dauer: eine Minute.
   *[other] Dauer: { $count } Minuten.
  }
vsee-message-body =
    Guten Tag { $patient },

    Ihr Termin bei { $provider } ist gebucht: { $begins }.

    Hier können Sie ihn ab 15 Minuten vorher beginnen:
    { $link }

## When something is wrong
error-invalid-request-title = Diese Anfrage kann nicht gelingen
error-invalid-request-meaning = Die Anwendung, die Sie hierher geschickt hat, verlangt etwas, das dieser Server nicht beantworten kann.
error-unknown-client-title = Diese Anwendung kennen wir nicht
error-unknown-client-meaning = Die Anwendung, die Sie hierher geschickt hat, ist bei diesem Server nicht registriert.
error-redirect-uri-title = Den Rückweg kennen wir nicht
error-redirect-uri-meaning = Die Anwendung möchte die Antwort an eine Adresse, die nicht für sie registriert ist. Zu Ihrem Schutz senden wir nichts dorthin.
error-request-gone-title = Diese Anmeldung ist abgelaufen
error-request-gone-meaning = Sie hat zu lange gedauert, oder der Link ist unvollständig.
error-request-answered-title = Diese Anmeldung ist schon abgeschlossen
error-request-answered-meaning = Die Anwendung hat ihre Antwort bekommen. Wir geben sie nicht zweimal.
error-request-foreign-title = Diese Anmeldung gehört zu einer anderen Sitzung
error-request-foreign-meaning = Sie wurde in einem anderen Browser begonnen, oder Sie haben sich inzwischen abgemeldet.
error-forged-form-title = Dieses Formular kam von woanders
error-forged-form-meaning = Eine andere Seite wollte in Ihrem Namen ein Formular senden, oder Ihr Browser hat verborgen, woher es kam. Es wurde nichts geändert.
error-not-found-title = Hier ist nichts
error-not-found-meaning = Die Adresse führt auf diesem Server nirgendwohin. Vielleicht ist sie falsch geschrieben, oder die Seite gibt es nicht mehr.
error-method-title = Das geht hier nicht
error-method-meaning = Die Adresse gibt es, aber nicht für diese Art von Anfrage.
error-forbidden-title = Das dürfen Sie nicht
error-forbidden-meaning = Der Server hat die Anfrage verstanden und lehnt sie ab.
error-too-many-title = Zu viele Versuche
error-too-many-meaning = Der Server braucht eine kurze Pause, bevor er Ihnen wieder zuhört.
error-failure-title = Bei uns ist etwas kaputtgegangen
error-failure-meaning = Es liegt nicht an Ihnen. Der Server hat aufgeschrieben, was geschehen ist.
error-next = Was Sie tun können
error-next-start-again = Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.
error-next-tell-developers = Gehen Sie zurück zur Anwendung. Wenn es wieder geschieht, zeigen Sie diese Seite denen, die sie entwickeln.
error-next-check-address = Prüfen Sie die Adresse, oder gehen Sie dorthin zurück, woher Sie kamen.
error-next-form-again = Gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular von dort.
error-next-wait = Warten Sie eine Minute und versuchen Sie es dann noch einmal.
error-next-later = Versuchen Sie es noch einmal. Wenn es wieder geschieht, sehen Sie in das Protokoll des Servers.
error-details = Für Entwickler
error-code = Fehler
error-description = Was nicht stimmt
error-expected = Erwartet
error-received = Erhalten
error-section = Spezifikation
error-status = Status

## Moments in time
moment = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
  } { $year }, { $time }

## Ein Austausch im Journal
exchange-client = Anwendung
exchange-user = Person
exchange-mend = Was helfen würde
exchange-reason = Warum abgelehnt wurde
exchange-rule = Regel
exchange-challenge = Hash aus der Autorisierungsanfrage
exchange-verifier = Hash des empfangenen Verifiers
exchange-expired = Abgelaufen um
exchange-now = Uhr des Realms
exchange-late = Zu spät um
exchange-difference = Unterschied
exchange-request = Was gefragt wurde
exchange-response = Was geantwortet wurde
exchange-body-cut = Nur der Anfang ist aufgehoben; { $bytes } Bytes waren es.
exchange-body-left-out = Text dieser Art wird nicht aufgehoben; { $bytes } Bytes waren es.
exchange-jwt = Signiertes Token in { $place }
exchange-flow = Wohin es gehört
exchange-again = Noch einmal fragen
exchange-again-explained = Geheimnisse werden nicht aufgehoben. Setzen Sie die Variablen, die der Befehl nennt.
exchange-details = Über diesen Austausch
exchange-at = Gefragt um
exchange-took = Dauer
exchange-id = Austausch
exchange-fault = Störung

## mediQuo: messages with activation codes
mediquo-code-subject = Ihr Aktivierungscode für { $organization }
mediquo-code-body = Guten Tag { $name },

    { $organization } lädt Sie ein, online mit einer Ärztin oder einem Arzt zu sprechen. Ihr Aktivierungscode: { $code }
mediquo-code-message = { $name }, Ihr Aktivierungscode für { $organization } lautet { $code }

## mediQuo: the widget
mediquo-widget-title = Mit einer Fachperson sprechen
mediquo-widget-patient = Sie sind { $name } ({ $code }).
mediquo-widget-professionals = Fachpersonen
mediquo-widget-online = erreichbar
mediquo-widget-offline = nicht erreichbar
mediquo-widget-open = Öffnen
mediquo-widget-open-with = Raum von { $name } öffnen
mediquo-widget-messages = Nachrichten
mediquo-widget-no-messages = Bisher hat Ihnen niemand geschrieben.
mediquo-widget-to-list = Zurück zur Liste
mediquo-widget-appointments = Bevorstehende Termine
mediquo-widget-no-appointments = Es steht nichts an.
mediquo-widget-join = Am Gespräch teilnehmen
mediquo-widget-redeem = Aktivierungscode
mediquo-widget-code = Code
mediquo-widget-redeem-now = Einlösen
mediquo-widget-redeemed = Der Code wurde eingelöst.
mediquo-refused-title = Das Widget kann nicht angezeigt werden
mediquo-refused-api-key = Der API-Schlüssel gehört zu keiner Organisation.
mediquo-refused-invalid = Das Zugriffstoken gilt nicht für diese Organisation.
mediquo-refused-expired = Das Zugriffstoken ist abgelaufen.
mediquo-refused-logged-out = Das Zugriffstoken wurde abgemeldet.
mediquo-refused-patient = Das Zugriffstoken gehört zu einer Person, die es nicht gibt.
mediquo-refused-registration = Die Anmeldung konnte nicht angenommen werden.
mediquo-refused-mend = Holen Sie für jede Anzeige des Widgets ein neues Zugriffstoken.
mediquo-registration-title = Bevor wir beginnen
mediquo-registration-explained = Sagen Sie der Fachperson, wer Sie sind. Die Sitzung ist vorübergehend.
mediquo-registration-first-name = Vorname
mediquo-registration-last-name = Nachname
mediquo-registration-gender = Geschlecht
mediquo-registration-female = Weiblich
mediquo-registration-male = Männlich
mediquo-registration-birthdate = Geburtsdatum
mediquo-registration-tax-id = Steuernummer
mediquo-registration-postal-code = Postleitzahl
mediquo-registration-begin = Beginnen
mediquo-native-explained = In einer App sprechen diese Knöpfe mit der App um die Seite herum.
mediquo-native-close = Schließen
mediquo-native-download = Herunterladen

## mediQuo: an appointment's call, and the demo
mediquo-join-title = Videogespräch
mediquo-join-explained = Hier würde das Gespräch beginnen. Das Testsystem öffnet die Tür, aber dahinter wartet niemand.
mediquo-join-moves = Wird der Termin verschoben oder abgesagt, gilt diese Adresse nicht mehr.
mediquo-join-professional = Fachperson
mediquo-join-appointment = Termin
mediquo-join-begins = Beginn
mediquo-demo-title = Das Widget auf der Seite eines Kunden
mediquo-demo-explained = Diese Seite tut, was der Server eines Kunden tut: Sie hat ein Zugriffstoken geholt und gibt es dem Widget zusammen mit dem API-Schlüssel.
mediquo-demo-organization = Organisation
mediquo-demo-patient = Patient
mediquo-demo-patients = Anzeigen für
mediquo-demo-nobody = niemanden: Das Widget fragt, wer da ist
mediquo-demo-methods = Methoden
mediquo-demo-events = Ereignisse
