# Every visible text in German. The keys are those of en.ftl.

## Around every page
layout-product = Anteroom
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
sign-in-scripted = Testnutzer mit vorgegebenem Verhalten
sign-in-scripted-explained = Bei jedem dieser Testnutzer tritt ein, was unter dem Namen steht. Der Benutzername kann auch als login_hint gesendet werden.
sign-in-locked = Dieses Konto ist gesperrt. Sie können sich damit zurzeit nicht anmelden.
sign-in-password-expired = Das Passwort dieses Kontos ist abgelaufen. Es muss geändert werden, bevor Sie sich anmelden können.
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
consent-again = All dem haben Sie schon zugestimmt. Die Anwendung bittet Sie, es zu bestätigen.
consent-person = Sie sind als { $person } angemeldet.
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

## Sending the response to the client
form-post-title = Zurück zur Anwendung
form-post-explained = Wir bringen Sie zurück zu { $host }. Wenn nichts geschieht, drücken Sie die Schaltfläche.
form-post-submit = Weiter

## The video consultation
video-title = Videosprechstunde
video-explained = Hier würde das Videogespräch beginnen. In diesem Testsystem gibt es kein echtes Gespräch.
video-practice = Praxis
video-appointment = Termin
video-begins = Beginn
video-leave = Sie können dieses Fenster jederzeit schließen. Der Termin ändert sich dadurch nicht.

## Comment forms: what is wrong with an answer, after the name of the field
comment-form-missing = muss ausgefüllt werden
comment-form-invalid = ist nicht gültig
comment-form-not-a-choice = ist kein gültiger Wert
comment-form-not-past = muss in der Vergangenheit liegen
comment-form-not-future = muss in der Zukunft liegen
comment-form-too-long = ist zu lang

## Messages about appointments
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

    Wenn Sie den früheren Termin möchten, verschieben Sie Ihren Termin im Patientenportal. Der frühere Termin ist nicht für Sie reserviert. Wenn Sie nichts tun, ändert sich Ihr Termin nicht.
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
vsee-visit-status = Status
vsee-visit-room = Raum
vsee-visit-provider = Behandelt von
vsee-visit-patient = Patient
vsee-visit-begins = Beginnt
vsee-visit-reason = Anlass
vsee-video-title = Videobesuch
vsee-video-explained = Hier wären Videoanruf und Chat. Dieses Testsystem speichert nur den Status des Besuchs; Bild und Ton gibt es nicht.
vsee-video-start = Besuch beginnen
vsee-video-leave = Verlassen, ohne zu beginnen
vsee-video-cancel = Termin absagen
vsee-video-end = Besuch beenden
vsee-video-over = Dieser Besuch ist vorbei.
vsee-join-title = Sie sind zu einem Besuch eingeladen
vsee-join-explained = Sie können als Gast teilnehmen; ein Konto brauchen Sie nicht.
vsee-appointment-title = Ihr Termin
vsee-appointment-early = Sie können ihn ab { $moment } beginnen.
vsee-appointment-open = Sie können ihn jetzt beginnen. Dieser Link funktioniert nur einmal.
vsee-appointment-used = Mit diesem Link wurde der Termin schon begonnen. Bitte machen Sie in dem Browser weiter, in dem Sie ihn begonnen haben.
vsee-dashboard-title = Übersicht
vsee-dashboard-no-rooms = Sie sind noch keinem Raum zugeordnet.
vsee-dashboard-visits = Besuche
vsee-dashboard-no-visits = Niemand wartet.
vsee-dashboard-e-consults = Offene Anfragen
vsee-dashboard-no-e-consults = Es gibt keine offenen Anfragen.
vsee-room-visits = Ihre Besuche
vsee-room-no-visits = Sie haben hier keine Besuche.
vsee-room-intakes = Von Ihnen ausgefüllte Formulare
vsee-room-no-reason = Kein Anlass angegeben
vsee-room-walk-in = Jetzt eintreten
vsee-room-pick-time = Zeit wählen
vsee-schedule-title = Wählen Sie eine Zeit
vsee-schedule-no-times = In den nächsten zwei Wochen gibt es keine freien Zeiten.
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
error-invalid-request-title = Ungültige Anfrage
error-invalid-request-meaning = Die Anwendung, die Sie hierher geschickt hat, hat eine Anfrage gestellt, die dieser Server nicht verarbeiten kann.
error-unknown-client-title = Unbekannte Anwendung
error-unknown-client-meaning = Die Anwendung, die Sie hierher geschickt hat, ist bei diesem Server nicht registriert.
error-redirect-uri-title = Redirect-URI nicht registriert
error-redirect-uri-meaning = Die Anwendung erwartet die Antwort an einer Adresse, die nicht für sie registriert ist. Zu Ihrem Schutz wurde nichts dorthin gesendet.
error-request-gone-title = Diese Anmeldung ist abgelaufen
error-request-gone-meaning = Sie hat zu lange gedauert, oder der Link ist unvollständig.
error-request-answered-title = Diese Anmeldung ist schon abgeschlossen
error-request-answered-meaning = Die Anwendung hat die Antwort schon erhalten. Sie wird nur einmal gesendet.
error-again = Diese Anmeldung neu beginnen
error-request-foreign-title = Diese Anmeldung gehört zu einer anderen Sitzung
error-request-foreign-meaning = Sie wurde in einem anderen Browser begonnen, oder Sie haben sich inzwischen abgemeldet.
error-forged-form-title = Formular von einer anderen Website
error-forged-form-meaning = Eine andere Website wollte in Ihrem Namen ein Formular senden, oder Ihr Browser hat nicht mitgeteilt, woher das Formular kam. Es wurde nichts geändert.
error-not-found-title = Seite nicht gefunden
error-not-found-meaning = Unter dieser Adresse gibt es keine Seite. Vielleicht ist die Adresse falsch geschrieben, oder die Seite wurde entfernt.
error-method-title = Methode nicht erlaubt
error-method-meaning = Die Adresse gibt es, aber sie nimmt diese Art von Anfrage nicht an.
error-unauthorized-title = Anmeldung erforderlich
error-unauthorized-meaning = Ihr Anmeldelink fehlt oder ist abgelaufen.
error-forbidden-title = Zugriff verweigert
error-forbidden-meaning = Der Server hat die Anfrage abgelehnt.
error-too-many-title = Zu viele Anfragen
error-too-many-meaning = Der Server kann zurzeit keine weiteren Anfragen verarbeiten.
error-failure-title = Etwas ist schiefgegangen
error-failure-meaning = Im Server ist ein unerwarteter Fehler aufgetreten, der protokolliert wurde. Sie haben nichts falsch gemacht.
error-next = Was Sie tun können
error-next-start-again = Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.
error-next-tell-developers = Gehen Sie zurück zur Anwendung. Wenn es wieder geschieht, zeigen Sie diese Seite den Entwicklern der Anwendung.
error-next-check-address = Prüfen Sie die Adresse, oder gehen Sie zurück zur vorigen Seite.
error-next-form-again = Gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular von dort.
error-next-wait = Bitte warten Sie eine Minute und versuchen Sie es dann noch einmal.
error-next-later = Versuchen Sie es noch einmal. Wenn es wieder geschieht, sehen Sie im Protokoll des Servers nach.
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

## An exchange in the journal
exchange-client = Anwendung
exchange-user = Person
exchange-fix = So lässt es sich beheben
exchange-reason = Warum abgelehnt wurde
exchange-rule = Regel
exchange-challenge = code_challenge der Autorisierungsanfrage
exchange-verifier = Hash des erhaltenen code_verifier
exchange-expired = Abgelaufen um
exchange-now = Uhr des Realms
exchange-late = Zu spät um
exchange-difference = Unterschied
exchange-request = Anfrage
exchange-response = Antwort
exchange-body-cut = Nur der Anfang ist gespeichert; der Inhalt hatte { $bytes } Bytes.
exchange-body-left-out = Das Journal speichert Inhalte dieser Art nicht; es waren { $bytes } Bytes.
exchange-jwt = Signiertes Token in { $place }
exchange-flow = Ablauf
exchange-again = Mit curl wiederholen
exchange-again-explained = Geheimnisse werden nicht gespeichert. Setzen Sie die Variablen des Befehls, bevor Sie ihn ausführen.
exchange-details = Einzelheiten
exchange-at = Empfangen um
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
mediquo-widget-patient = Angemeldet als { $name } ({ $code }).
mediquo-widget-professionals = Fachpersonen
mediquo-widget-online = erreichbar
mediquo-widget-offline = nicht erreichbar
mediquo-widget-open = Öffnen
mediquo-widget-open-with = Raum von { $name } öffnen
mediquo-widget-messages = Nachrichten
mediquo-widget-no-messages = Sie haben noch keine Nachrichten.
mediquo-widget-to-list = Zurück zur Liste
mediquo-widget-appointments = Bevorstehende Termine
mediquo-widget-no-appointments = Sie haben keine bevorstehenden Termine.
mediquo-widget-join = Am Gespräch teilnehmen
mediquo-widget-redeem = Aktivierungscode
mediquo-widget-code = Code
mediquo-widget-redeem-now = Einlösen
mediquo-widget-redeemed = Der Code wurde eingelöst.
mediquo-refused-title = Das Widget kann nicht angezeigt werden
mediquo-refused-api-key = Der API-Schlüssel ist unbekannt.
mediquo-refused-invalid = Das Zugriffstoken gilt nicht für diese Organisation.
mediquo-refused-expired = Das Zugriffstoken ist abgelaufen.
mediquo-refused-logged-out = Das Zugriffstoken wurde durch eine Abmeldung ungültig.
mediquo-refused-patient = Die Person, für die das Zugriffstoken ausgestellt wurde, gibt es nicht.
mediquo-refused-registration = Die Anmeldung wurde abgelehnt.
mediquo-refused-fix = Fordern Sie für jede Anzeige des Widgets ein neues Zugriffstoken an.
mediquo-registration-title = Bevor wir beginnen
mediquo-registration-explained = Bitte geben Sie Ihre Daten für die Fachperson an. Die Sitzung ist vorübergehend.
mediquo-registration-first-name = Vorname
mediquo-registration-last-name = Nachname
mediquo-registration-gender = Geschlecht
mediquo-registration-female = Weiblich
mediquo-registration-male = Männlich
mediquo-registration-birthdate = Geburtsdatum
mediquo-registration-tax-id = Steuernummer
mediquo-registration-postal-code = Postleitzahl
mediquo-registration-begin = Beginnen
mediquo-native-explained = In einer App senden diese Schaltflächen eine Nachricht an die App, die diese Seite anzeigt.
mediquo-native-close = Schließen
mediquo-native-download = Herunterladen

## mediQuo: an appointment's call, and the demo
mediquo-join-title = Videogespräch
mediquo-join-explained = Hier würde das Videogespräch beginnen. In diesem Testsystem gibt es kein echtes Gespräch.
mediquo-join-moves = Wird der Termin verschoben oder abgesagt, gilt dieser Link nicht mehr.
mediquo-join-professional = Fachperson
mediquo-join-appointment = Termin
mediquo-join-begins = Beginn
mediquo-demo-title = Das Widget auf der Website eines Kunden
mediquo-demo-explained = Diese Seite tut, was der Server eines Kunden tut: Sie hat ein Zugriffstoken angefordert und übergibt es dem Widget zusammen mit dem API-Schlüssel.
mediquo-demo-organization = Organisation
mediquo-demo-patient = Patient
mediquo-demo-patients = Anzeigen für
mediquo-demo-nobody = keine Person: Das Widget zeigt ein Anmeldeformular
mediquo-demo-methods = Methoden
mediquo-demo-events = Ereignisse
